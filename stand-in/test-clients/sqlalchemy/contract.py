"""What Python programs need of StarRocks' MySQL port, seen through PyMySQL and SQLAlchemy's starrocks dialect."""

import decimal
import os
import sys
import traceback
from urllib.parse import quote

import pymysql
import sqlalchemy
from sqlalchemy import Column, MetaData, Table, func, insert, inspect, select, text
from starrocks import datatype as sr

DATABASE = "client_python"
failures = 0


def check(name):
    """Runs a check at once and prints its line."""

    def run(body):
        global failures
        try:
            body()
            print(f"ok - {name}")
        except Exception as error:
            failures += 1
            print(f"not ok - {name}: {type(error).__name__}: {' '.join(str(error).split())}")
            if os.environ.get("CLIENT_TRACE"):
                traceback.print_exc()

    return run


def equal(actual, expected):
    assert actual == expected, f"expected {expected!r} but got {actual!r}"


def connect(**more):
    settings = {
        "host": os.environ["STARROCKS_HOST"],
        "port": int(os.environ["STARROCKS_MYSQL_PORT"]),
        "user": os.environ["STARROCKS_USER"],
        "password": os.environ["STARROCKS_PASSWORD"],
        "charset": "utf8mb4",
    }
    return pymysql.connect(**{**settings, **more})


with connect() as setup, setup.cursor() as cursor:
    cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} FORCE")
    cursor.execute(f"CREATE DATABASE {DATABASE}")


@check("PyMySQL connects, pings and chooses a database (starrocks.md 6)")
def _():
    connection = connect(database=DATABASE)
    connection.ping(reconnect=False)
    connection.select_db(DATABASE)
    connection.close()


@check("PyMySQL is refused with a wrong password (starrocks.md 6)")
def _():
    try:
        connect(password="wrong")
    except pymysql.err.OperationalError as error:
        equal(error.args[0], 1045)
    else:
        raise AssertionError("nothing was refused")


@check("PyMySQL writes with parameters and reads types (starrocks.md 4, 6)")
def _():
    with connect(database=DATABASE, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE raw (k INT, name VARCHAR(50), price DECIMAL(12,3), at DATETIME, ok BOOLEAN) PRIMARY KEY(k)"
            " DISTRIBUTED BY HASH(k) BUCKETS 1 PROPERTIES('replication_num' = '1')"
        )
        cursor.executemany(
            "INSERT INTO raw (k, name, price, at, ok) VALUES (%s, %s, %s, %s, %s)",
            [(1, "it's \\ é", decimal.Decimal("1.250"), "2024-01-02 03:04:05", True), (2, None, None, None, None)],
        )
        cursor.execute("SELECT * FROM raw ORDER BY k")
        (first, second) = cursor.fetchall()
        equal(first[:3], (1, "it's \\ é", decimal.Decimal("1.250")))
        equal(str(first[3]), "2024-01-02 03:04:05")
        equal(first[4], 1)
        equal(second, (2, None, None, None, None))


@check("PyMySQL gets errors by number (starrocks.md 6.1)")
def _():
    with connect(database=DATABASE) as connection, connection.cursor() as cursor:
        try:
            cursor.execute("FROBNICATE")
        except pymysql.err.ProgrammingError as error:
            equal(error.args[0], 1064)
            assert "Getting syntax error" in error.args[1], error.args[1]
        else:
            raise AssertionError("nothing was refused")


user = quote(os.environ["STARROCKS_USER"])
password = quote(os.environ["STARROCKS_PASSWORD"])
address = f"{os.environ['STARROCKS_HOST']}:{os.environ['STARROCKS_MYSQL_PORT']}"
engine = sqlalchemy.create_engine(f"starrocks://{user}:{password}@{address}/{DATABASE}")
metadata = MetaData()
orders = Table(
    "orders",
    metadata,
    Column("id", sr.BIGINT, primary_key=True, autoincrement=False),
    Column("customer", sr.VARCHAR(40), nullable=True, comment="who"),
    Column("total", sr.DECIMAL(10, 2)),
    Column("at", sr.DATETIME),
    Column("open", sr.BOOLEAN),
    starrocks_primary_key="id",
    starrocks_distributed_by="HASH(id) BUCKETS 1",
    starrocks_properties={"replication_num": "1"},
    comment="all orders",
)


@check("SQLAlchemy connects and finds its dialect (starrocks.md 6)")
def _():
    with engine.connect() as connection:
        equal(connection.execute(text("SELECT 1")).scalar(), 1)


@check("SQLAlchemy creates a table (starrocks.md 3)")
def _():
    metadata.create_all(engine)
    assert inspect(engine).has_table("orders")


@check("SQLAlchemy inserts and queries (starrocks.md 6)")
def _():
    with engine.begin() as connection:
        connection.execute(
            insert(orders),
            [
                {"id": 1, "customer": "ann", "total": decimal.Decimal("9.50"), "open": True},
                {"id": 2, "customer": "bob", "total": decimal.Decimal("0.25"), "open": False},
            ],
        )
    with engine.connect() as connection:
        query = select(orders.c.customer, func.sum(orders.c.total)).group_by(orders.c.customer).order_by(orders.c.customer)
        equal([tuple(row) for row in connection.execute(query)], [("ann", decimal.Decimal("9.50")), ("bob", decimal.Decimal("0.25"))])


@check("SQLAlchemy lists schemas and tables (starrocks.md 6)")
def _():
    inspector = inspect(engine)
    assert DATABASE in inspector.get_schema_names()
    equal(sorted(inspector.get_table_names()), ["orders", "raw"])
    equal(inspector.get_view_names(), [])


@check("SQLAlchemy reflects columns (starrocks.md 6)")
def _():
    columns = {column["name"]: column for column in inspect(engine).get_columns("orders")}
    equal(list(columns), ["id", "customer", "total", "at", "open"])
    equal(columns["id"]["nullable"], False)
    equal(columns["customer"]["nullable"], True)
    assert "VARCHAR(40)" in str(columns["customer"]["type"]).upper(), columns["customer"]["type"]
    assert "DECIMAL(10, 2)" in str(columns["total"]["type"]).upper(), columns["total"]["type"]


@check("SQLAlchemy reflects the primary key (starrocks.md 6)")
def _():
    equal(inspect(engine).get_pk_constraint("orders")["constrained_columns"], ["id"])


@check("SQLAlchemy reflects comment, options and no indexes (starrocks.md 6)")
def _():
    inspector = inspect(engine)
    equal(inspector.get_table_comment("orders"), {"text": "all orders"})
    equal(inspector.get_indexes("orders"), [])
    equal(inspector.get_foreign_keys("orders"), [])
    inspector.get_table_options("orders")


@check("SQLAlchemy reflects a whole table (starrocks.md 6)")
def _():
    reflected = Table("orders", MetaData(), autoload_with=engine)
    equal([column.name for column in reflected.columns], ["id", "customer", "total", "at", "open"])


@check("SQLAlchemy deletes and drops (starrocks.md 6)")
def _():
    with engine.begin() as connection:
        connection.execute(orders.delete().where(orders.c.id == 1))
    with engine.connect() as connection:
        equal(connection.execute(select(func.count()).select_from(orders)).scalar(), 1)
    orders.drop(engine)
    assert not inspect(engine).has_table("orders")


engine.dispose()
with connect() as cleanup, cleanup.cursor() as cursor:
    cursor.execute(f"DROP DATABASE {DATABASE} FORCE")
sys.exit(1 if failures else 0)
