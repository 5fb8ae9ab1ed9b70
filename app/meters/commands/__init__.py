"""What is done with meters: windows of readings, readings told and decided on, files of readings."""
