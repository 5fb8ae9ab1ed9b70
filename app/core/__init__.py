"""What every feature speaks: money, time, actors, errors, language, jobs, audit. Knows no feature."""
