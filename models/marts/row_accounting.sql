with

landed as (
    select source, landed_rows
    from {{ ref('stg_hcw__landed_row_counts') }}
),

rejected as (
    select source, count(*) as load_rejected_rows
    from {{ ref('stg_hcw__load_rejects') }}
    group by source
),

disposed as (
    select
        source,
        count(*) filter (where disposition = 'published') as published_rows,
        count(*) filter (where disposition = 'superseded') as superseded_rows,
        count(*) filter (where disposition = 'withdrawn') as withdrawn_rows,
        count(*) filter (where disposition = 'quarantined') as quarantined_rows,
        sum(amount_cents)::bigint as raw_cents,
        case when count(amount_cents) > 0 then coalesce(sum(amount_cents) filter (where disposition = 'published'), 0) end::bigint as published_cents,
        case when count(amount_cents) > 0 then coalesce(sum(amount_cents) filter (where disposition = 'superseded'), 0) end::bigint as superseded_cents,
        case when count(amount_cents) > 0 then coalesce(sum(amount_cents) filter (where disposition = 'quarantined'), 0) end::bigint as quarantined_cents
    from {{ ref('int_row_dispositions') }}
    group by source
),

final as (
    select
        landed.source,
        landed.landed_rows + coalesce(rejected.load_rejected_rows, 0) as raw_rows,
        coalesce(disposed.published_rows + disposed.superseded_rows + disposed.withdrawn_rows, 0) as staged_rows,
        coalesce(disposed.published_rows, 0) as published_rows,
        coalesce(disposed.superseded_rows, 0) as superseded_rows,
        coalesce(disposed.withdrawn_rows, 0) as withdrawn_rows,
        coalesce(disposed.quarantined_rows, 0) + coalesce(rejected.load_rejected_rows, 0) as quarantined_rows,
        coalesce(rejected.load_rejected_rows, 0) as load_rejected_rows,
        disposed.raw_cents,
        disposed.published_cents,
        disposed.superseded_cents,
        disposed.quarantined_cents
    from landed
    left join disposed on landed.source = disposed.source
    left join rejected on landed.source = rejected.source
)

select * from final
