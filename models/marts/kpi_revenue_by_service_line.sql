with

charges as (
    select service_line_key, net_amount_usd from {{ ref('fct_charges') }}
),

service_lines as (
    select service_line_key, service_line_code, service_line from {{ ref('dim_service_line') }}
),

final as (
    select
        service_lines.service_line_code,
        service_lines.service_line,
        count(*) as charge_lines,
        sum(charges.net_amount_usd) as net_billed
    from charges
    inner join service_lines on charges.service_line_key = service_lines.service_line_key
    group by service_lines.service_line_code, service_lines.service_line
)

select * from final
