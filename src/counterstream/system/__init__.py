"""What a migration system is: frozen data, no reading or writing of files, no JAX."""
