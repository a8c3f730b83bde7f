"""MLflow: the record of a training, the registry, the UI. The only package that imports mlflow."""
