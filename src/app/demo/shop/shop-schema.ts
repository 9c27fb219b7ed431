/** Types that the shop's tables are made of. */
const TYPES = `
create type order_status as enum ('new', 'paid', 'packed', 'shipped', 'cancelled');
create type postal_address as (street text, city text, zip varchar(10));
create domain amount as numeric(12,2) check (value >= 0);
`

/** Products are found by their number, since their key, the sku, changes. */
const CATALOGUE = `
create table customers (
  id bigint generated always as identity primary key,
  email varchar(120) not null,
  name text not null,
  country char(2) not null,
  home postal_address,
  credit numeric(12,2) not null default 0,
  tags text[] not null default '{}',
  preferences jsonb not null default '{}',
  is_vip boolean not null default false,
  born date,
  registered_at timestamptz not null,
  last_seen_at timestamp
);
create table products (
  sku varchar(24) primary key,
  number integer not null unique,
  title text not null,
  slug text generated always as (lower(title)) stored,
  price numeric(10,2) not null,
  weight_kg real,
  volume_l double precision,
  stock integer not null,
  attributes json,
  barcode bytea,
  sizes int4range,
  colours varchar(20)[],
  released date,
  support_from time,
  warranty interval
);
alter table products replica identity full;
`

const SALES = `
create table orders (
  id bigint generated always as identity primary key,
  customer_id bigint not null,
  external_id uuid not null default gen_random_uuid(),
  status order_status not null default 'new',
  total amount not null,
  exchange_rate numeric,
  note text,
  placed_from inet,
  placed_at timestamptz not null default now(),
  shipped_at timestamptz
);
create table order_items (
  order_id bigint not null,
  line_no smallint not null,
  sku varchar(24) not null,
  quantity integer not null,
  unit_price numeric(10,2) not null,
  primary key (order_id, line_no)
);
create table carts (
  id bigint generated always as identity primary key,
  customer_id bigint not null,
  product_number integer not null,
  quantity smallint not null,
  added_at timestamptz not null default now()
);
create table accounts (
  id integer primary key,
  owner text not null,
  balance bigint not null,
  moved_at timestamptz not null default now()
);
`

/** Bodies and attachments are stored out of line and uncompressed, so that an update leaves them out of the stream. */
const RECORDS = `
create table events (
  id uuid primary key,
  kind text not null,
  happened_at timestamptz(3) not null default now(),
  payload jsonb
);
create table documents (
  id integer primary key,
  title text not null,
  version integer not null default 1,
  body text,
  attachment bytea,
  edited_at timestamp not null default now()
);
alter table documents alter column body set storage external, alter column attachment set storage external;
create table audit (
  entry_no bigint not null,
  actor text not null,
  action text not null,
  detail jsonb,
  at timestamptz not null default now()
);
create unique index audit_entry_no on audit (entry_no);
alter table audit replica identity using index audit_entry_no;
create table visits (
  region text not null,
  id bigint not null,
  page text not null,
  seconds real,
  at timestamptz not null default now(),
  primary key (region, id)
) partition by list (region);
create table visits_eu partition of visits for values in ('eu');
create table visits_us partition of visits for values in ('us');
create table visits_other partition of visits default;
`

/** Makes the shop's tables in an empty schema `public`. */
export const CREATE_SHOP = TYPES + CATALOGUE + SALES + RECORDS

/** The table that is added while the shop is open. */
export const CREATE_PROMOTIONS = `
create table promotions (
  code varchar(20) primary key,
  percent smallint not null,
  valid tstzrange,
  terms text,
  used bigint not null default 0
)`
