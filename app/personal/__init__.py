"""Personal data: handing it out, erasing it, keeping it no longer than needed."""
