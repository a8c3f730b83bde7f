"""Sort the paragraphs of Chinese reports on 宣传思想文化 work by their five mission areas."""

__version__ = "0.1.0"
