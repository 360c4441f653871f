// Placeholder until the first file of Values lands.
