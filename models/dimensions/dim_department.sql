with

staged_departments as (
    select department_id, service_line_code, department_name
    from {{ ref('stg_ehr__departments') }}
    where is_current
),

service_lines as (
    select service_line_key, service_line_code
    from {{ ref('dim_service_line') }}
),

final as (
    select
        row_number() over (order by staged_departments.department_id collate "C")::int as department_key,
        coalesce(service_lines.service_line_key, -1) as service_line_key,
        staged_departments.department_id,
        staged_departments.department_name
    from staged_departments
    left join service_lines on staged_departments.service_line_code = service_lines.service_line_code
    union all
    select -1, -1, 'UNKNOWN', 'Unknown'
)

select * from final
