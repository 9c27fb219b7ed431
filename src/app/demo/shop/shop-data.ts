/** How many rows of each kind the shop opens with: what its sessions choose from. */
export interface ShopSize {
  readonly customers: number
  readonly products: number
  readonly orders: number
  readonly carts: number
  readonly accounts: number
  readonly events: number
  readonly documents: number
  readonly auditEntries: number
  readonly visits: number
}

const FULL_SIZE: ShopSize = {
  customers: 20_000,
  products: 2_000,
  orders: 60_000,
  carts: 3_000,
  accounts: 500,
  events: 40_000,
  documents: 300,
  auditEntries: 20_000,
  visits: 30_000,
}

/** What every account holds at first. Transfers keep the sum. */
export const FIRST_BALANCE = 10_000

/** The size of a shop; 1 is a third of a million rows. Never less than 10 rows of a kind. */
export function shopSize(scale: number): ShopSize {
  const scaled = (count: number): number => Math.max(10, Math.round(count * scale))
  return {
    customers: scaled(FULL_SIZE.customers),
    products: scaled(FULL_SIZE.products),
    orders: scaled(FULL_SIZE.orders),
    carts: scaled(FULL_SIZE.carts),
    accounts: scaled(FULL_SIZE.accounts),
    events: scaled(FULL_SIZE.events),
    documents: scaled(FULL_SIZE.documents),
    auditEntries: scaled(FULL_SIZE.auditEntries),
    visits: scaled(FULL_SIZE.visits),
  }
}

/** Titles with everything that a load format could stumble over: quotes, tabs, line feeds, backslashes, NULL marks, separators, emoji. */
const TITLE = String.raw`case i % 12
  when 0 then E'\\N'
  when 1 then E'Snail \U0001F40C "quoted", comma'
  when 2 then E'tab\there, line\nfeed'
  when 3 then E'back\\slash \\t \\\\'
  when 4 then ''
  when 5 then E'field\x01 and row\x02 separators\x03'
  when 6 then 'Größe ' || i || ' – naïve 漢字'
  else 'Product ' || i end`

const sellerStatements = (size: ShopSize): readonly string[] => [
  `insert into customers (email, name, country, home, credit, tags, preferences, is_vip, born, registered_at, last_seen_at)
   select 'customer' || i || '@example.org', 'Customer ' || i, (array['de','fr','us','jp','br'])[1 + i % 5],
     case when i % 3 > 0 then row('Street ' || i, 'City, "' || i % 100 || '"', lpad((i % 99999)::text, 5, '0'))::postal_address end,
     round((random() * 1000)::numeric, 2), case when i % 4 = 0 then array['new', 'tag "' || i % 7 || '"', null] else '{}' end,
     jsonb_build_object('news', i % 2 = 0, 'limit', i, 'words', array['a', 'b']), i % 50 = 0,
     case when i % 10 > 0 then date '1940-01-01' + i % 25000 end,
     timestamptz '2020-01-01 00:00Z' + i * interval '1000.000001 seconds', case when i % 3 = 0 then timestamp '2026-01-01' - i * interval '1 minute' end
   from generate_series(1, ${size.customers}) as i`,
  `insert into products (sku, number, title, price, weight_kg, volume_l, stock, attributes, barcode, sizes, colours, released, support_from, warranty)
   select 'SKU-' || lpad(i::text, 6, '0'), i, ${TITLE}, round((1 + random() * 500)::numeric, 2), (random() * 20)::real, random() * 1e-3, 1000000,
     json_build_object('n', i, 'f', random(), 'nested', json_build_object('q', '"')), decode(md5(i::text), 'hex'),
     case when i % 3 = 0 then int4range(i % 30, i % 30 + 12) end, array['red', 'sea "green"'], date '2010-01-01' + i, time '08:00' + i * interval '1.5 seconds',
     make_interval(months => i % 40, days => i % 9, secs => i % 3600 + 0.25)
   from generate_series(1, ${size.products}) as i`,
  `insert into orders (customer_id, status, total, exchange_rate, note, placed_from, placed_at, shipped_at)
   select 1 + floor(random() * ${size.customers})::bigint, (enum_range(null::order_status))[1 + i % 5], round((random() * 900)::numeric, 2),
     case when i % 4 = 0 then (random() * 2)::numeric / 3 end, case when i % 6 = 0 then 'Please ring twice; order ' || i end,
     (inet '10.0.0.0' + i), timestamptz '2026-01-01 00:00Z' + i * interval '7.123456 seconds', case when i % 5 = 3 then timestamptz '2026-02-01 00:00Z' end
   from generate_series(1, ${size.orders}) as i`,
  `insert into order_items (order_id, line_no, sku, quantity, unit_price)
   select o, l, 'SKU-' || lpad((1 + (o * 7 + l) % ${size.products})::text, 6, '0'), 1 + (o + l) % 5, round((random() * 100)::numeric, 2)
   from generate_series(1, ${size.orders}) as o, generate_series(1, 3) as l where l <= 1 + o % 3`,
  `insert into carts (customer_id, product_number, quantity)
   select 1 + floor(random() * ${size.customers})::bigint, 1 + floor(random() * ${size.products})::int, 1 + i % 4 from generate_series(1, ${size.carts}) as i`,
]

const recordStatements = (size: ShopSize): readonly string[] => [
  `insert into accounts (id, owner, balance) select i, 'Owner ' || i, ${FIRST_BALANCE} from generate_series(1, ${size.accounts}) as i`,
  `insert into events (id, kind, happened_at, payload)
   select md5('event' || i)::uuid, (array['click', 'view', 'search', 'login'])[1 + i % 4], timestamptz '2026-01-01 00:00Z' + i * interval '3.21 seconds',
     jsonb_build_object('page', i % 100, 'text', repeat('x', i % 60), 'big', 12345678901234567890)
   from generate_series(1, ${size.events}) as i`,
  `insert into documents (id, title, body, attachment)
   select i, 'Document ' || i, (select string_agg(md5(random()::text || j), '') from generate_series(1, 100 + i % 400) as j),
     case when i % 4 = 0 then (select decode(string_agg(md5(random()::text || j || i), ''), 'hex') from generate_series(1, 300) as j) end
   from generate_series(1, ${size.documents}) as i`,
  `insert into audit (entry_no, actor, action, detail)
   select i, 'user' || i % 30, (array['create', 'change', 'remove'])[1 + i % 3], case when i % 2 = 0 then jsonb_build_object('before', null, 'after', i) end
   from generate_series(1, ${size.auditEntries}) as i`,
  `insert into visits (region, id, page, seconds)
   select (array['eu', 'us', 'asia'])[1 + i % 3], i, '/page/' || i % 200, (random() * 300)::real from generate_series(1, ${size.visits}) as i`,
]

/** The statements that fill the shop's tables; the same seed gives the same rows. */
export function fillStatements(size: ShopSize, seed: number): readonly string[] {
  return [`select setseed(${(seed % 1000) / 1000})`, ...sellerStatements(size), ...recordStatements(size), 'analyze']
}
