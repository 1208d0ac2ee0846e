with

staged_providers as (
    select provider_id, department_id, npi, npi_reason, first_name, last_name
    from {{ ref('stg_ehr__providers') }}
    where is_current
),

departments as (
    select department_key, department_id
    from {{ ref('dim_department') }}
),

final as (
    select
        row_number() over (order by staged_providers.provider_id collate "C")::int as provider_key,
        coalesce(departments.department_key, -1) as department_key,
        staged_providers.provider_id,
        staged_providers.npi,
        staged_providers.npi_reason,
        staged_providers.first_name,
        staged_providers.last_name
    from staged_providers
    left join departments on staged_providers.department_id = departments.department_id
    union all
    select -1, -1, 'UNKNOWN', null, null, null, 'Unknown'
)

select * from final
