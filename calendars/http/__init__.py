"""What every HTTP face shares: who asks, and how a refusal is worded."""
