-- each landed row has exactly one disposition, and no disposition is without a landed row
{%- set source_tables = [
    ['ehr', 'departments'], ['ehr', 'service_lines'], ['ehr', 'clinics'], ['ehr', 'providers'], ['ehr', 'patients'],
    ['ehr', 'appointments'], ['ehr', 'diagnoses'], ['ehr', 'treatments'], ['billing', 'charges'],
    ['api', 'patients'], ['api', 'appointments']
] %}
with

landed as (
    {%- for source_name, table_name in source_tables %}
    select '{{ source_name }}/{{ table_name }}' as source, _file, _row
    from {{ source(source_name, table_name) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

places as (
    select source, _file, _row, 1 as landed_count, 0 as disposed_count
    from landed
    union all
    select source, _file, _row, 0, 1
    from {{ ref('int_row_dispositions') }}
),

final as (
    select source, _file, _row, sum(landed_count) as landed_count, sum(disposed_count) as disposed_count
    from places
    group by source, _file, _row
    having sum(landed_count) <> 1 or sum(disposed_count) <> 1
)

select * from final
