"""What residents of the building see of the works: schedule, photographs, protocols, planned and spent."""
