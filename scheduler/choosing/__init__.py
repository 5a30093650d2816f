"""One person's free time, out of which another chooses: appraisals and appointments (RDV)."""
