{% macro give(x) %}{{ return(x) }}{% endmacro %}

{% macro give_two(a, b) %}{% do return(a + b) %}{% endmacro %}

{% macro first_even(numbers) %}
  {% for n in numbers %}
    {% if n % 2 == 0 %}{{ return(n) }}{% endif %}
  {% endfor %}
  {{ return('none') }}
{% endmacro %}

{% macro add_to(list, x) %}{% do list.append(x) %}{% endmacro %}

{% macro make_list() %}{{ return([1]) }}{% endmacro %}

{% macro with_defaults(a, b='B', c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}

{% macro gather() %}{{ varargs }} {{ kwargs }} {{ varargs | sum }}{% endmacro %}

{% macro shout() %}{{ caller() | upper }}!{% endmacro %}

{% macro repeat_block(n) %}{% for i in range(n) %}{{ caller(i) }}{% endfor %}{% endmacro %}

{% macro sees_outer() %}[{{ hidden }}]{% endmacro %}

{% macro counts(n) %}{% if n > 0 %}{{ n }},{{ counts(n - 1) }}{% endif %}{% endmacro %}

{% macro returns_from_call() %}{% call shout() %}{{ return('inner') }}{% endcall %}after{% endmacro %}

{% macro nested_return(n) %}
  {%- for i in range(n) -%}
    {%- if give(i) == 1 -%}{%- do return('got ' ~ i) -%}{%- endif -%}
  {%- endfor -%}
{% endmacro %}

{% macro text_macro() %}
  a,b
{% endmacro %}

{% macro typed(a: int, b: optional[string] = 'x') %}{{ a }}{{ b }}{% endmacro %}
