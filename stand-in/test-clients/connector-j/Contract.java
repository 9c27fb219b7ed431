import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Properties;

/** What programs over JDBC (the Flink connector, BI tools) need of StarRocks' MySQL port, seen through Connector/J. */
public final class Contract {
  private static final String DATABASE = "client_jdbc";
  private static final String USER = "client_jdbc_user";
  private static final String ONE_REPLICA = " PROPERTIES(\"replication_num\" = \"1\")";
  private static int failures = 0;

  private interface Check {
    void run() throws Exception;
  }

  private static void check(String name, Check check) {
    try {
      check.run();
      System.out.println("ok - " + name);
    } catch (Exception | AssertionError e) {
      failures++;
      System.out.println("not ok - " + name + ": " + e.toString().replace('\n', ' '));
      if (System.getenv("CLIENT_TRACE") != null) e.printStackTrace();
    }
  }

  private static void equal(Object expected, Object actual) {
    if (!Objects.equals(expected, actual)) throw new AssertionError("expected " + expected + " but got " + actual);
  }

  private static String url(String database, String parameters) {
    return "jdbc:mysql://" + System.getenv("STARROCKS_HOST") + ":" + System.getenv("STARROCKS_MYSQL_PORT") + "/"
        + database + "?useSSL=false&connectTimeout=10000&socketTimeout=30000" + parameters;
  }

  private static Connection open(String database, String parameters) throws SQLException {
    return open(database, parameters, System.getenv("STARROCKS_USER"), System.getenv("STARROCKS_PASSWORD"));
  }

  private static Connection open(String database, String parameters, String user, String password) throws SQLException {
    Properties properties = new Properties();
    properties.put("user", user);
    properties.put("password", password);
    return DriverManager.getConnection(url(database, parameters), properties);
  }

  private static List<String> column(ResultSet rows, String name) throws SQLException {
    List<String> values = new ArrayList<>();
    while (rows.next()) values.add(rows.getString(name));
    return values;
  }

  private static SQLException refused(Check check) throws Exception {
    try {
      check.run();
    } catch (SQLException e) {
      return e;
    }
    throw new AssertionError("nothing was refused");
  }

  public static void main(String[] args) throws Exception {
    try {
      Class.forName("com.mysql.cj.jdbc.Driver");
    } catch (ClassNotFoundException e) {
      Class.forName("com.mysql.jdbc.Driver");
    }
    try (Connection setup = open("", ""); Statement statement = setup.createStatement()) {
      statement.execute("DROP DATABASE IF EXISTS " + DATABASE + " FORCE");
      statement.execute("CREATE DATABASE " + DATABASE);
    }
    connections();
    try (Connection connection = open(DATABASE, "")) {
      statements(connection);
      metadata(connection);
      preparedOnServer();
      transactions(connection);
      users(connection);
      connection.createStatement().execute("DROP DATABASE " + DATABASE + " FORCE");
    }
    System.exit(failures == 0 ? 0 : 1);
  }

  private static void connections() {
    check("connects with a password by mysql_native_password (starrocks.md 6)", () -> {
      try (Connection connection = open(DATABASE, "")) {
        equal(true, connection.isValid(5));
        equal(DATABASE, connection.getCatalog());
      }
    });
    check("is switched to mysql_native_password from another default plugin (starrocks.md 6)", () -> {
      try (Connection connection = open(DATABASE, "&defaultAuthenticationPlugin="
          + (isOld() ? "com.mysql.jdbc.authentication.MysqlOldPasswordPlugin" : "caching_sha2_password"))) {
        equal(true, connection.isValid(5));
      } catch (SQLException e) {
        if (!isOld()) throw e;
      }
    });
    check("refuses a wrong password with 1045 (starrocks.md 6)", () ->
        equal(1045, refused(() -> open("", "", System.getenv("STARROCKS_USER"), "wrong")).getErrorCode()));
    check("tells the MySQL version, and the true one (starrocks.md 6)", () -> {
      try (Connection connection = open("", "")) {
        String version = connection.getMetaData().getDatabaseProductVersion();
        if (!version.equals("8.0.33") && !version.equals("5.1.0")) throw new AssertionError(version);
        try (ResultSet rows = connection.createStatement().executeQuery("SELECT current_version()")) {
          rows.next();
          if (!rows.getString(1).matches("\\d+\\.\\d+\\.\\d+.*")) throw new AssertionError(rows.getString(1));
        }
      }
    });
    check("connects with the parameters that Flink's connector gives (starrocks.md 6)", () -> {
      try (Connection connection = open("", "&rewriteBatchedStatements=true&useUnicode=true&characterEncoding=utf8")) {
        equal(true, connection.isValid(5));
      }
    });
  }

  private static boolean isOld() {
    try {
      Class.forName("com.mysql.cj.jdbc.Driver");
      return false;
    } catch (ClassNotFoundException e) {
      return true;
    }
  }

  private static void statements(Connection connection) {
    check("runs DDL and shows it (starrocks.md 3)", () -> {
      try (Statement statement = connection.createStatement()) {
        statement.execute("CREATE TABLE items (id BIGINT NOT NULL, name VARCHAR(40) COMMENT 'what', price DECIMAL(10, 2),"
            + " sold DATETIME, day DATE, ok BOOLEAN, big LARGEINT, ratio DOUBLE, doc JSON, raw VARBINARY(20))"
            + " PRIMARY KEY (id) COMMENT 'things' DISTRIBUTED BY HASH (id) BUCKETS 1" + ONE_REPLICA);
        try (ResultSet rows = statement.executeQuery("SHOW CREATE TABLE items")) {
          rows.next();
          if (!rows.getString(2).contains("PRIMARY KEY(`id`)")) throw new AssertionError(rows.getString(2));
        }
      }
    });
    check("inserts and counts rows (starrocks.md 6)", () -> {
      try (Statement statement = connection.createStatement()) {
        equal(2, statement.executeUpdate("INSERT INTO items (id, name, price, sold, day, ok, big, ratio) VALUES"
            + " (1, 'one', 1.50, '2024-01-02 03:04:05.000600', '2024-01-02', true, 170141183460469231731687303715884105727, 0.5),"
            + " (2, 'zwei \\'ä', NULL, NULL, NULL, NULL, NULL, NULL)"));
        equal(1, statement.executeUpdate("UPDATE items SET name = 'two' WHERE id = 2"));
      }
    });
    check("reads every type (starrocks.md 4)", () -> {
      try (Statement statement = connection.createStatement();
          ResultSet rows = statement.executeQuery("SELECT * FROM items ORDER BY id")) {
        rows.next();
        equal(1L, rows.getLong("id"));
        equal("one", rows.getString("name"));
        equal("1.50", rows.getBigDecimal("price").toPlainString());
        equal(Timestamp.valueOf("2024-01-02 03:04:05.0006"), rows.getTimestamp("sold"));
        equal("2024-01-02", rows.getDate("day").toString());
        equal(true, rows.getBoolean("ok"));
        equal("170141183460469231731687303715884105727", rows.getString("big"));
        equal(0.5, rows.getDouble("ratio"));
        rows.next();
        equal(null, rows.getString("price"));
        equal(true, rows.wasNull());
        ResultSetMetaData shape = rows.getMetaData();
        equal(Types.BIGINT, shape.getColumnType(1));
        equal("name", shape.getColumnLabel(2));
      }
    });
    check("refuses what it does not know with a syntax error, not with silence (starrocks.md 6)", () -> {
      SQLException error = refused(() -> connection.createStatement().execute("FROBNICATE items"));
      equal(1064, error.getErrorCode());
      if (!error.getMessage().contains("Getting syntax error")) throw new AssertionError(error.getMessage());
    });
    check("prepares on the client's side by default, for INSERT too (starrocks.md 6)", () -> {
      try (PreparedStatement insert = connection.prepareStatement("INSERT INTO items (id, name) VALUES (?, ?)")) {
        insert.setLong(1, 3);
        insert.setString(2, "drei'");
        equal(1, insert.executeUpdate());
      }
    });
  }

  private static void metadata(Connection connection) {
    check("getTables (starrocks.md 6)", () -> {
      DatabaseMetaData meta = connection.getMetaData();
      equal(List.of("items"), column(meta.getTables(DATABASE, null, "%", new String[] {"TABLE"}), "TABLE_NAME"));
    });
    check("getCatalogs (starrocks.md 6)", () -> {
      List<String> catalogs = column(connection.getMetaData().getCatalogs(), "TABLE_CAT");
      if (!catalogs.contains(DATABASE)) throw new AssertionError(catalogs.toString());
    });
    check("getColumns (starrocks.md 6)", () -> {
      try (ResultSet rows = connection.getMetaData().getColumns(DATABASE, null, "items", "%")) {
        List<String> seen = new ArrayList<>();
        while (rows.next()) {
          seen.add(rows.getString("COLUMN_NAME") + " " + rows.getInt("DATA_TYPE") + " " + rows.getString("IS_NULLABLE"));
        }
        equal("id " + Types.BIGINT + " NO", seen.get(0));
        equal("name " + Types.VARCHAR + " YES", seen.get(1));
        equal("price " + Types.DECIMAL + " YES", seen.get(2));
        equal("sold " + Types.TIMESTAMP + " YES", seen.get(3));
        equal("day " + Types.DATE + " YES", seen.get(4));
        equal(10, seen.size());
      }
    });
    check("getColumns with useInformationSchema=true (starrocks.md 6)", () -> {
      try (Connection other = open(DATABASE, "&useInformationSchema=true")) {
        List<String> names = column(other.getMetaData().getColumns(DATABASE, null, "items", "%"), "COLUMN_NAME");
        equal("id", names.get(0));
        equal(10, names.size());
      }
    });
    check("getPrimaryKeys answers (starrocks.md 6)", () -> {
      // StarRocks answers SHOW KEYS and SHOW INDEX with the table's secondary indexes only: JDBC sees no key there.
      connection.getMetaData().getPrimaryKeys(DATABASE, null, "items").close();
    });
    check("primary keys in information_schema.columns (starrocks.md 6)", () -> {
      try (ResultSet rows = connection.createStatement().executeQuery(
          "SELECT COLUMN_NAME FROM information_schema.columns WHERE TABLE_SCHEMA = '" + DATABASE
              + "' AND TABLE_NAME = 'items' AND COLUMN_KEY = 'PRI'")) {
        equal(List.of("id"), column(rows, "COLUMN_NAME"));
      }
    });
  }

  private static void preparedOnServer() {
    check("prepares SELECT on the server (starrocks.md 6)", () -> {
      try (Connection connection = open(DATABASE, "&useServerPrepStmts=true");
          PreparedStatement select = connection.prepareStatement(
              "SELECT id, name, price, sold, ok FROM items WHERE id = ? AND name = ? AND sold < ?")) {
        for (int turn = 0; turn < 2; turn++) {
          select.setLong(1, 1);
          select.setString(2, "one");
          select.setTimestamp(3, Timestamp.valueOf("2025-01-01 00:00:00"));
          try (ResultSet rows = select.executeQuery()) {
            equal(true, rows.next());
            equal(1L, rows.getLong(1));
            equal("one", rows.getString(2));
            equal("1.50", rows.getBigDecimal(3).toPlainString());
            equal(true, rows.getBoolean(5));
            equal(false, rows.next());
          }
        }
      }
    });
    check("refuses to prepare anything but a query (starrocks.md 6)", () -> {
      try (Connection connection = open(DATABASE, "&useServerPrepStmts=true&emulateUnsupportedPstmts=false")) {
        SQLException error = refused(() -> {
          PreparedStatement insert = connection.prepareStatement("INSERT INTO items (id) VALUES (?)");
          insert.setLong(1, 9);
          insert.executeUpdate();
        });
        if (!error.getMessage().contains("only support")) throw new AssertionError(error.getMessage());
      }
    });
  }

  private static long count(Connection connection, String where) throws SQLException {
    try (ResultSet rows = connection.createStatement().executeQuery("SELECT count(*) FROM items WHERE " + where)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private static void transactions(Connection connection) {
    check("commits and rolls back by statements, unseen until then (starrocks.md 6)", () -> {
      Statement statement = connection.createStatement();
      statement.execute("BEGIN");
      statement.executeUpdate("INSERT INTO items (id, name) VALUES (10, 'x')");
      equal(0L, count(connection, "id = 10"));
      statement.execute("COMMIT");
      equal(1L, count(connection, "id = 10"));
      statement.execute("BEGIN WORK");
      statement.executeUpdate("INSERT INTO items (id, name) VALUES (11, 'x')");
      statement.execute("ROLLBACK");
      equal(0L, count(connection, "id = 11"));
    });
  }

  private static void users(Connection connection) {
    check("a user sees what it was granted, and no more (starrocks.md 6)", () -> {
      Statement statement = connection.createStatement();
      statement.execute("DROP USER IF EXISTS " + USER);
      statement.execute("CREATE USER " + USER + " IDENTIFIED BY 'pw'");
      statement.execute("GRANT SELECT ON TABLE " + DATABASE + ".items TO USER " + USER);
      try (Connection theirs = open(DATABASE, "", USER, "pw")) {
        equal(1L, count(theirs, "id = 1"));
        SQLException error = refused(() -> theirs.createStatement().execute("DELETE FROM items WHERE id = 1"));
        if (!error.getMessage().contains("Access denied")) throw new AssertionError(error.getMessage());
      }
      statement.execute("DROP USER " + USER);
    });
  }
}
