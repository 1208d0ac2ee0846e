with

appointments as (
    select department_key from {{ ref('fct_appointments') }}
),

departments as (
    select department_key, department_id, department_name from {{ ref('dim_department') }}
),

final as (
    select
        departments.department_id,
        departments.department_name,
        count(*) as appointments
    from appointments
    inner join departments on appointments.department_key = departments.department_key
    group by departments.department_id, departments.department_name
)

select * from final
