with

staged_service_lines as (
    select service_line_code, service_line
    from {{ ref('stg_ehr__service_lines') }}
    where is_current
),

final as (
    select
        row_number() over (order by service_line_code collate "C")::int as service_line_key,
        service_line_code,
        service_line
    from staged_service_lines
    union all
    select -1, 'UNKNOWN', 'Unknown'
)

select * from final
