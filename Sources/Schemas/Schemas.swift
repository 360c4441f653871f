// Placeholder until the first file of Schemas lands.
