-- every delivered row is either staged or quarantined, and the quarantine table holds what the accounting says
with

accounting as (
    select source, raw_rows, staged_rows, published_rows, superseded_rows, withdrawn_rows, quarantined_rows
    from {{ ref('row_accounting') }}
),

quarantined as (
    select source, count(*) as row_count
    from {{ ref('quarantine') }}
    group by source
),

final as (
    select accounting.source, accounting.raw_rows, accounting.staged_rows, accounting.quarantined_rows
    from accounting
    left join quarantined on accounting.source = quarantined.source
    where accounting.raw_rows <> accounting.staged_rows + accounting.quarantined_rows
        or accounting.staged_rows <> accounting.published_rows + accounting.superseded_rows + accounting.withdrawn_rows
        or accounting.quarantined_rows <> coalesce(quarantined.row_count, 0)
)

select * from final
