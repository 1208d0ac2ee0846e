{# Tests by the validators of schema hcw: one row per failing value, with the reason and never the value. #}

{# `kind` is a validator's name, for example npi; `hcw validators list` shows them. #}
{% test hcw_valid(model, column_name, kind) -%}
select hcw.{{ kind }}_reason({{ column_name }}) as reason
from {{ model }}
where not hcw.{{ kind }}_is_valid({{ column_name }})
{%- endtest %}

{# `on_date` is a column or an expression of type date; rows without one are not judged. #}
{% test hcw_valid_on(model, column_name, kind, on_date) -%}
select hcw.{{ kind }}_reason_on({{ column_name }}, {{ on_date }}) as reason
from {{ model }}
where not hcw.{{ kind }}_is_valid_on({{ column_name }}, {{ on_date }})
{%- endtest %}
