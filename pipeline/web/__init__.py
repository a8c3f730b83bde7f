"""``pipeline serve``: a page for reading and correcting tagged reports, and the JSON API below it.

FastAPI (MIT; typed, and its OpenAPI document comes from the code itself) on uvicorn (BSD); MLflow brings both.
"""
