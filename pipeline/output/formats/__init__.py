"""The output formats, a module for each; ``pipeline.output`` says what one offers."""
