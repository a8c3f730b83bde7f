"""What the formats of office programs share: packages, Word's XML, its styles, and list numbers as text."""
