"""A digest in the form of an official document (公文, GB/T 9704-2012): what it says, how its lines fall, and its Word file."""
