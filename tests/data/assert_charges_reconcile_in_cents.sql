-- the money of the delivery, read here a second time and in another way, arrives in the facts and in the KPI
with

raw_cents as (
    select
        sum(
            case when btrim(amount) ~ '^[-(]' or btrim(amount) ~ '^\$-' then -1 else 1 end
            * (regexp_match(translate(amount, '$, ()-', ''), '^([0-9]*)'))[1]::numeric * 100
        )
        + sum(
            case when btrim(amount) ~ '^[-(]' or btrim(amount) ~ '^\$-' then -1 else 1 end
            * rpad(coalesce((regexp_match(amount, '[.]([0-9]{1,2})'))[1], '0'), 2, '0')::numeric
        ) as cents
    from {{ source('billing', 'charges') }}
    where btrim(amount) ~ '^[-$( ]*([0-9]+|[0-9]{1,3}(,[0-9]{3})+)([.][0-9]{1,2})?[)]?$'
        -- more digits than any bill has are out of range, not money
        and length(split_part(translate(amount, '$, ()-', ''), '.', 1)) <= 12
),

accounting as (
    select raw_cents, published_cents, superseded_cents, quarantined_cents
    from {{ ref('row_accounting') }}
    where source = 'billing/charges'
),

netted as (
    select
        sum(amount_usd) * 100 as usable_cents,
        sum(net_amount_usd) * 100 as net_cents
    from {{ ref('int_charges_netted') }}
),

facts as (
    select coalesce(sum(net_amount_usd), 0) * 100 as net_cents
    from {{ ref('fct_charges') }}
),

kpi as (
    select coalesce(sum(net_billed), 0) * 100 as net_cents
    from {{ ref('kpi_revenue_by_service_line') }}
),

comparisons as (
    select 'raw = accounted' as equation, coalesce(raw_cents.cents, 0) as left_cents, coalesce(accounting.raw_cents, 0) as right_cents
    from raw_cents
    full join accounting on true
    union all
    select
        'accounted = published + superseded + quarantined',
        coalesce(raw_cents, 0),
        coalesce(published_cents + superseded_cents + quarantined_cents, 0)
    from accounting
    union all
    select 'published = usable charge rows', coalesce(accounting.published_cents, 0), coalesce(netted.usable_cents, 0)
    from accounting
    full join netted on true
    union all
    select 'net of charge rows = net of facts', coalesce(netted.net_cents, 0), facts.net_cents
    from netted
    cross join facts
    union all
    select 'net of facts = kpi', facts.net_cents, kpi.net_cents
    from facts
    cross join kpi
),

final as (
    select equation, left_cents, right_cents
    from comparisons
    where left_cents <> right_cents
)

select * from final
