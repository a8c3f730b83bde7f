"""Files in, outcomes out: the engine that tags, and the ways of running it (one process, many, Spark, MLflow)."""
