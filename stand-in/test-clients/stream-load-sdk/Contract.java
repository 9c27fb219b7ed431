import com.starrocks.data.load.stream.StreamLoadDataFormat;
import com.starrocks.data.load.stream.StreamLoadSnapshot;
import com.starrocks.data.load.stream.properties.StreamLoadProperties;
import com.starrocks.data.load.stream.properties.StreamLoadTableProperties;
import com.starrocks.data.load.stream.v2.StreamLoadManagerV2;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Objects;

/** What the Flink connector needs of StarRocks' loading interfaces, seen through the SDK that it is made of. */
public final class Contract {
  private static final String DATABASE = "client_sdk";
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

  private static String url(String database) {
    return "jdbc:mysql://" + System.getenv("STARROCKS_HOST") + ":" + System.getenv("STARROCKS_MYSQL_PORT") + "/" + database
        + "?useSSL=false";
  }

  private static Connection open(String database) throws Exception {
    return DriverManager.getConnection(url(database), System.getenv("STARROCKS_USER"), System.getenv("STARROCKS_PASSWORD"));
  }

  private static void run(String database, String... statements) throws Exception {
    try (Connection connection = open(database); Statement statement = connection.createStatement()) {
      for (String sql : statements) statement.execute(sql);
    }
  }

  private static String rows(String table) throws Exception {
    try (Connection connection = open(DATABASE); Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT k, v FROM " + table + " ORDER BY k")) {
      StringBuilder text = new StringBuilder();
      while (rows.next()) text.append(rows.getString(1)).append('=').append(rows.getString(2)).append(' ');
      return text.toString().trim();
    }
  }

  private static StreamLoadManagerV2 manager(String table, StreamLoadDataFormat format, boolean transactional) {
    boolean isJson = format == StreamLoadDataFormat.JSON;
    StreamLoadTableProperties.Builder target = StreamLoadTableProperties.builder().uniqueKey(table).database(DATABASE)
        .table(table).streamLoadDataFormat(format).addProperty("format", isJson ? "json" : "csv");
    if (isJson) target.addProperty("strip_outer_array", "true").addProperty("ignore_json_size", "true");
    else target.columns("k,v,__op").addProperty("column_separator", "\\x01").addProperty("row_delimiter", "\\x02");
    StreamLoadProperties.Builder properties = StreamLoadProperties.builder().jdbcUrl(url(""))
        .loadUrls(System.getenv("STARROCKS_HOST") + ":" + System.getenv("STARROCKS_HTTP_PORT"))
        .username(System.getenv("STARROCKS_USER")).password(System.getenv("STARROCKS_PASSWORD")).version("3.5.0")
        .labelPrefix("sdk-").defaultTableProperties(target.build()).cacheMaxBytes(16 << 20).addHeader("strict_mode", "true");
    if (transactional) properties.enableTransaction();
    StreamLoadManagerV2 manager = new StreamLoadManagerV2(properties.build(), !transactional);
    manager.init();
    return manager;
  }

  private static StreamLoadDataFormat csv() {
    return new StreamLoadDataFormat.CSVFormat("\u0002");
  }

  public static void main(String[] arguments) throws Exception {
    run("", "DROP DATABASE IF EXISTS " + DATABASE + " FORCE", "CREATE DATABASE " + DATABASE);
    for (String table : new String[] {"plain_json", "plain_csv", "txn_json", "txn_abort"}) {
      run(DATABASE, "CREATE TABLE " + table + " (k INT NOT NULL, v VARCHAR(5)) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) BUCKETS 1"
          + " PROPERTIES(\"replication_num\" = \"1\")");
    }
    check("plain loads of JSON upsert and delete", () -> {
      StreamLoadManagerV2 manager = manager("plain_json", StreamLoadDataFormat.JSON, false);
      manager.write(null, DATABASE, "plain_json", "{\"k\":1,\"v\":\"a\",\"__op\":0}", "{\"k\":2,\"v\":\"b\",\"__op\":0}");
      manager.flush();
      manager.write(null, DATABASE, "plain_json", "{\"k\":1,\"v\":\"c\",\"__op\":0}", "{\"k\":2,\"__op\":1}");
      manager.flush();
      manager.close();
      equal("1=c", rows("plain_json"));
    });
    check("plain loads of CSV upsert and delete", () -> {
      StreamLoadManagerV2 manager = manager("plain_csv", csv(), false);
      manager.write(null, DATABASE, "plain_csv", "1\u0001a\u00010", "2\u0001\\N\u00010");
      manager.flush();
      manager.close();
      equal("1=a 2=null", rows("plain_csv"));
    });
    check("a row that does not fit fails the flush with the reason", () -> {
      StreamLoadManagerV2 manager = manager("plain_json", StreamLoadDataFormat.JSON, false);
      String reason = "";
      try {
        manager.write(null, DATABASE, "plain_json", "{\"k\":9,\"v\":\"too long\",\"__op\":0}");
        manager.flush();
        Throwable thrown = manager.getException();
        reason = thrown == null ? "" : thrown.toString();
      } catch (RuntimeException e) {
        reason = e.toString();
      }
      manager.close();
      if (!reason.contains("too many filtered rows")) throw new AssertionError(reason);
      equal("1=c", rows("plain_json"));
    });
    check("transactions are invisible until they are prepared and committed", () -> {
      StreamLoadManagerV2 manager = manager("txn_json", StreamLoadDataFormat.JSON, true);
      for (int round = 0; round < 3; round++) {
        manager.write(null, DATABASE, "txn_json", "{\"k\":" + round + ",\"v\":\"r" + round + "\",\"__op\":0}");
        manager.flush();
        StreamLoadSnapshot snapshot = manager.snapshot();
        equal(true, manager.prepare(snapshot));
        equal(round, rows("txn_json").split(" ").length - (round == 0 ? 1 : 0));
        equal(true, manager.commit(snapshot));
      }
      manager.close();
      equal("0=r0 1=r1 2=r2", rows("txn_json"));
    });
    check("an aborted transaction leaves nothing", () -> {
      StreamLoadManagerV2 manager = manager("txn_abort", StreamLoadDataFormat.JSON, true);
      manager.write(null, DATABASE, "txn_abort", "{\"k\":1,\"v\":\"a\",\"__op\":0}");
      manager.flush();
      StreamLoadSnapshot snapshot = manager.snapshot();
      equal(true, manager.prepare(snapshot));
      equal(true, manager.abort(snapshot));
      manager.close();
      equal("", rows("txn_abort"));
    });
    run("", "DROP DATABASE " + DATABASE + " FORCE");
    System.exit(failures == 0 ? 0 : 1);
  }
}
