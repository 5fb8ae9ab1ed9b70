"""The slip (blankiet): everything that a payment needs, on a screen, on paper and in codes for banks' applications."""
