"""The JSON of requests and answers, one module an idea."""
