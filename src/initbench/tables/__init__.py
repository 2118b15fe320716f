"""What is kept: the Parquet file of each job, the collected tables, their schemas, and reading."""
