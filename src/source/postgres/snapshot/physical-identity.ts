/**
 * SQL of a text that names the files of a table, for the pg_class row `alias`: its file node, or for a partitioned table
 * its partitions and theirs. It changes when ctids lose their meaning (VACUUM FULL, CLUSTER, a rewriting ALTER TABLE,
 * TRUNCATE), and when partitions come, go or are truncated, of which the stream tells nothing.
 */
export function physicalIdentitySql(alias: string): string {
  return `CASE ${alias}.relkind
    WHEN 'p' THEN (SELECT md5(coalesce(string_agg(concat(relid::oid, ':', pg_relation_filenode(relid)), ',' ORDER BY relid::oid), ''))
                     FROM pg_partition_tree(${alias}.oid) WHERE isleaf)
    ELSE pg_relation_filenode(${alias}.oid)::text END`
}
