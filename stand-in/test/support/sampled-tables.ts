/** Makes the database `d` with `t`, a row of values of many types, a row of awkward ones and one of NULLs, and `u`, which refers to it. */
export const sampledTables = `CREATE DATABASE d; USE d;
    CREATE TABLE t (k INT, v VARCHAR(20), n BIGINT, de DECIMAL(10,2), at DATETIME, d DATE, b BOOLEAN, x VARBINARY(20), f DOUBLE, li LARGEINT)
      PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1");
    CREATE TABLE u (k INT, t_k INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1");
    INSERT INTO t (k, v, n, de, at, d, b, f, li) VALUES (1, 'one', 10, 1.5, '2024-01-02 03:04:05', '2024-01-02', true, 0.5, 170141183460469231731687303715884105727),
      (2, 'it''s \\\\ \\'two\\'', -3, -0.05, '2024-01-02 03:04:05.000600', NULL, false, NULL, -1), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    INSERT INTO u VALUES (1, 1), (2, 1), (3, 2)`
