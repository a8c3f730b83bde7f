"""The commands; nothing is loaded here, since signals must be listened to before anything heavy is (``__main__``)."""
