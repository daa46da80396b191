//! Functions that reach for files or the network, which a query may not: what it reads must be among its inputs.

/// Functions that read files whose name is their first argument.
const READERS: [&str; 20] = [
    "read_avro",
    "read_blob",
    "read_csv",
    "read_csv_auto",
    "read_json",
    "read_json_auto",
    "read_json_objects",
    "read_json_objects_auto",
    "read_ndjson",
    "read_ndjson_auto",
    "read_ndjson_objects",
    "read_parquet",
    "read_text",
    "read_xlsx",
    "parquet_scan",
    "parquet_schema",
    "parquet_metadata",
    "parquet_file_metadata",
    "parquet_kv_metadata",
    "sniff_csv",
];

/// Functions that look around or call out.
const OTHERS: [&str; 13] = [
    "delta_scan",
    "getenv",
    "glob",
    "iceberg_scan",
    "iceberg_metadata",
    "iceberg_snapshots",
    "mysql_query",
    "mysql_scan",
    "postgres_query",
    "postgres_scan",
    "postgres_scan_pushdown",
    "sqlite_scan",
    "st_read",
];

/// Whether the function of that name reads a file.
pub(crate) fn reads(name: &str) -> bool {
    READERS.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether the function of that name reaches outside in another way.
pub(crate) fn reaches(name: &str) -> bool {
    OTHERS.iter().any(|known| name.eq_ignore_ascii_case(known))
}
