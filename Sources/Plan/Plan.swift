// Placeholder until the first file of Plan lands.
