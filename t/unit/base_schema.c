/* Licensed under the Apache License, Version 2.0; see LICENSE. */
#include "tap.h"

#include "base/schema.h"

/* want NULL: the value passes */
static const struct {
    const char *schema, *value, *want;
} checks[] = {
    /* 4.3.2 boolean schemas */
    {"true", "1", NULL},
    {"false", "1", "/: is not allowed"},
    {"{}", "[1]", NULL},
    /* 6.1 any value */
    {"{\"type\":\"string\"}", "\"x\"", NULL},
    {"{\"type\":\"string\"}", "1", "/: must be a string"},
    {"{\"type\":\"integer\"}", "1.0", NULL},
    {"{\"type\":\"integer\"}", "1e300", NULL},
    {"{\"type\":\"integer\"}", "1.5", "/: must be an integer"},
    {"{\"type\":\"number\"}", "1", NULL},
    {"{\"type\":\"number\"}", "1.5", NULL},
    {"{\"type\":\"boolean\"}", "0", "/: must be a boolean"},
    {"{\"type\":[\"string\",\"null\"]}", "null", NULL},
    {"{\"type\":[\"string\",\"null\"]}", "[]", "/: must be null or a string"},
    {"{\"type\":\"object\"}", "[]", "/: must be an object"},
    {"{\"type\":\"array\"}", "{}", "/: must be an array"},
    {"{\"enum\":[\"a\",1]}", "1.0", NULL},
    {"{\"enum\":[\"a\",1]}", "\"b\"", "/: must be one of [\"a\",1]"},
    {"{\"enum\":[]}", "1", "/: must be one of []"},
    {"{\"const\":{\"a\":1,\"b\":2}}", "{\"b\":2,\"a\":1.0}", NULL},
    {"{\"const\":null}", "null", NULL},
    {"{\"const\":null}", "0", "/: must be null"},
    /* 6.2 numbers */
    {"{\"minimum\":1}", "1", NULL},
    {"{\"minimum\":1}", "0.9", "/: must be at least 1"},
    {"{\"minimum\":1}", "\"0\"", NULL},
    {"{\"maximum\":1.5}", "1.5", NULL},
    {"{\"maximum\":1.5}", "2", "/: must be at most 1.5"},
    {"{\"exclusiveMinimum\":0}", "0", "/: must be more than 0"},
    {"{\"exclusiveMaximum\":10}", "10.0", "/: must be less than 10"},
    {"{\"exclusiveMaximum\":9007199254740993}", "9007199254740992", NULL},
    {"{\"maximum\":9007199254740992}", "9007199254740993",
     "/: must be at most 9007199254740992"},
    {"{\"multipleOf\":5}", "15", NULL},
    {"{\"multipleOf\":5}", "-15", NULL},
    {"{\"multipleOf\":5}", "16", "/: must be a multiple of 5"},
    {"{\"multipleOf\":0.1}", "0.3", NULL},
    {"{\"multipleOf\":0.1}", "0.35", "/: must be a multiple of 0.1"},
    {"{\"multipleOf\":-0.5e-300}", "1", "refused"},
    /* 6.3 strings */
    {"{\"maxLength\":2}", "\"\xc3\xbc\xf0\x9f\x98\x80\"", NULL},
    {"{\"maxLength\":2}", "\"abc\"", "/: must have at most 2 characters"},
    {"{\"minLength\":2}", "\"\xc3\xbc\"",
     "/: must have at least 2 characters"},
    {"{\"maxLength\":0}", "\"\"", NULL},
    {"{\"pattern\":\"b+\"}", "\"abbc\"", NULL},
    {"{\"pattern\":\"^b+$\"}", "\"abbc\"", "/: must match the pattern ^b+$"},
    {"{\"pattern\":\"^a$\"}", "\"a\\n\"", "/: must match the pattern ^a$"},
    {"{\"pattern\":\"^.$\"}", "\"\xf0\x9f\x98\x80\"", NULL},
    {"{\"pattern\":\"^\\\\u00fc\\\\u{1f600}$\"}",
     "\"\xc3\xbc\xf0\x9f\x98\x80\"", NULL},
    {"{\"pattern\":\"^\\\\d$\"}", "\"\xd9\xa3\"",
     "/: must match the pattern ^\\d$"},
    {"{\"pattern\":\"^(a+)+$\"}", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"",
     "/: takes too long to match against its pattern"},
    {"{\"not\":{\"pattern\":\"^(a+)+$\"}}",
     "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"",
     "/: takes too long to match against its pattern"},
    {"{\"pattern\":\"x\"}", "1", NULL},
    {"{\"format\":\"email\"}", "\"no address\"", NULL},
    /* 6.4 patterns as ECMA-262 has them */
    {"{\"pattern\":\"^\\\\s$\"}", "\" \"", NULL},
    {"{\"pattern\":\"^[\\\\s]$\"}", "\"﻿\"", NULL},
    {"{\"pattern\":\"^[\\\\S]$\"}", "\" \"",
     "/: must match the pattern ^[\\S]$"},
    {"{\"pattern\":\"^\\\\S{2}$\"}", "\"ü😀\"", NULL},
    {"{\"pattern\":\"^\\\\w$\"}", "\"ü\"", "/: must match the pattern ^\\w$"},
    {"{\"pattern\":\"^.$\"}", "\" \"", "/: must match the pattern ^.$"},
    {"{\"pattern\":\"^\\\\v\\\\cI\\\\x41\\\\0?$\"}", "\"\\u000b\\tA\"", NULL},
    {"{\"pattern\":\"^\\\\ud83d\\\\ude00$\"}", "\"😀\"", NULL},
    {"{\"pattern\":\"^\\\\p{Letter}\\\\P{Lu}\\\\p{Script=Greek}\\\\p{gc="
     "Decimal_Number}$\"}",
     "\"üüα٣\"", NULL},
    {"{\"pattern\":\"^[\\\\p{Uppercase_Letter}_]+$\"}", "\"Ü_\"", NULL},
    {"{\"pattern\":\"[]\"}", "\"\"", "/: must match the pattern []"},
    {"{\"pattern\":\"^[^]$\"}", "\"\\n\"", NULL},
    {"{\"pattern\":\"^[[:alpha:]]$\"}", "\"a]\"", NULL},
    {"{\"pattern\":\"^(?<y>a)\\\\k<y>\\\\1(?:b)(?=c)(?!d)(?<=b)(?<!c)c$\"}",
     "\"aaabc\"", NULL},
    {"{\"pattern\":\"^a{2}b{1,}c{,2}$\"}", "\"aabc{,2}\"", NULL},
    {"{\"pattern\":\"^[\\\\w.\\\\-]+\\\\@[^@\\\\]]+?\\\\/$\"}", "\"a.b-c@d/\"",
     NULL},
    /* 6.4, 10.3.1 arrays */
    {"{\"minItems\":1}", "[]", "/: must have at least 1 items"},
    {"{\"maxItems\":1}", "[1,2]", "/: must have at most 1 items"},
    {"{\"items\":{\"type\":\"string\"}}", "[\"a\",1]", "/1: must be a string"},
    {"{\"items\":false}", "[]", NULL},
    {"{\"prefixItems\":[{\"type\":\"string\"},{\"type\":\"null\"}],"
     "\"items\":{\"type\":\"boolean\"}}",
     "[\"a\",null,true]", NULL},
    {"{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}", "[\"a\",1]",
     "/1: is not allowed"},
    {"{\"prefixItems\":[{\"type\":\"string\"}]}", "[\"a\",1]", NULL},
    {"{\"uniqueItems\":true}", "[1,\"1\",true,null,[1],{\"a\":1}]", NULL},
    {"{\"uniqueItems\":true}", "[1,2,1.0]", "/: must not have equal items"},
    {"{\"uniqueItems\":true}", "[{\"a\":1,\"b\":[2]},{\"b\":[2.0],\"a\":1}]",
     "/: must not have equal items"},
    {"{\"uniqueItems\":true}", "[\"a,b\",\"a\",\"b\"]", NULL},
    {"{\"uniqueItems\":false}", "[1,1]", NULL},
    /* 6.5, 10.3.2 objects */
    {"{\"required\":[\"city\"]}", "{}", "/: member \"city\" is missing"},
    {"{\"required\":[\"city\"]}", "{\"city\":null}", NULL},
    {"{\"required\":[\"city\"]}", "[]", NULL},
    {"{\"properties\":{\"city\":{\"type\":\"string\"}}}", "{\"city\":1}",
     "/city: must be a string"},
    {"{\"properties\":{\"city\":{\"type\":\"string\"}}}", "{\"x\":1}", NULL},
    {"{\"properties\":{\"a\":{}},\"additionalProperties\":false}",
     "{\"a\":1,\"x\":1}", "/: member \"x\" is not allowed"},
    {"{\"additionalProperties\":{\"type\":\"integer\"}}",
     "{\"a/b\":1,\"c~d/\":\"\"}", "/c~0d~1: must be an integer"},
    {"{\"minProperties\":1}", "{}", "/: must have at least 1 members"},
    {"{\"maxProperties\":1}", "{\"a\":1,\"b\":1}",
     "/: must have at most 1 members"},
    {"{\"properties\":{\"a\":{\"items\":{\"required\":[\"b\"]}}}}",
     "{\"a\":[{\"b\":1},{}]}", "/a/1: member \"b\" is missing"},
    /* 10.2.1 combinations */
    {"{\"allOf\":[{\"minimum\":1},{\"maximum\":2}]}", "3",
     "/: must be at most 2"},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "null", NULL},
    {"{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"null\"}]}", "1",
     "/: fits none of its 2 alternatives; for the first, "
     "/: must be a string"},
    {"{\"oneOf\":[{\"minimum\":1},{\"minimum\":2}]}", "1", NULL},
    {"{\"oneOf\":[{\"minimum\":1},{\"minimum\":2}]}", "2",
     "/: fits more than one of its alternatives"},
    {"{\"oneOf\":[{\"minimum\":1}],\"anyOf\":[{\"minimum\":0}]}", "0.5",
     "/: fits none of its 1 alternatives; for the first, "
     "/: must be at least 1"},
    {"{\"not\":{\"type\":\"string\"}}", "1", NULL},
    {"{\"not\":{\"type\":\"string\"}}", "\"\"",
     "/: must not be what its schema excludes"},
    /* 10.3.1.3 contains */
    {"{\"contains\":{\"type\":\"string\"}}", "[1,\"a\"]", NULL},
    {"{\"contains\":{\"type\":\"string\"}}", "[1]",
     "/: must have at least 1 items that fit \"contains\""},
    {"{\"contains\":true}", "[]",
     "/: must have at least 1 items that fit \"contains\""},
    {"{\"contains\":{\"minimum\":5},\"minContains\":2}", "[5,6,1]", NULL},
    {"{\"contains\":{\"minimum\":5},\"minContains\":2}", "[5,1]",
     "/: must have at least 2 items that fit \"contains\""},
    {"{\"contains\":{\"minimum\":5},\"maxContains\":1}", "[5,6]",
     "/: must have at most 1 items that fit \"contains\""},
    {"{\"contains\":{\"minimum\":5},\"minContains\":0}", "[]", NULL},
    {"{\"minContains\":2,\"maxContains\":0}", "[1]", NULL},
    /* 10.3.2.2, 10.3.2.4, 6.5.4 members by their names */
    {"{\"patternProperties\":{\"^n\":{\"type\":\"number\"}}}",
     "{\"n1\":1,\"x\":\"a\"}", NULL},
    {"{\"patternProperties\":{\"^n\":{\"type\":\"number\"}}}",
     "{\"x\":1,\"n1\":\"a\"}", "/n1: must be a number"},
    {"{\"patternProperties\":{\"a\":{\"minimum\":1},\"b\":{\"maximum\":2}}}",
     "{\"ab\":3}", "/ab: must be at most 2"},
    {"{\"properties\":{\"a\":true},\"patternProperties\":{\"^n\":true},"
     "\"additionalProperties\":false}",
     "{\"a\":1,\"n\":1,\"x\":1}", "/: member \"x\" is not allowed"},
    {"{\"patternProperties\":{\"^(a+)+$\":true}}",
     "{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\":1}",
     "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab: takes too long to match against "
     "its pattern"},
    {"{\"propertyNames\":{\"pattern\":\"^[a-z]+$\"}}", "{\"a\":1}", NULL},
    {"{\"propertyNames\":{\"pattern\":\"^[a-z]+$\"}}", "{\"a\":1,\"B/c\":1}",
     "/: the name \"B/c\" must match the pattern ^[a-z]+$"},
    {"{\"propertyNames\":{\"anyOf\":[{\"const\":\"a\"},{\"maxLength\":0}]}}",
     "{\"b\":1}",
     "/: the name \"b\" fits none of its 2 alternatives; for the first, must "
     "be \"a\""},
    {"{\"properties\":{\"o\":{\"propertyNames\":false}}}", "{\"o\":{\"x\":1}}",
     "/o: the name \"x\" is not allowed"},
    {"{\"propertyNames\":{\"$ref\":\"#\"}}", "{\"x\":1}", NULL},
    {"{\"propertyNames\":{\"pattern\":\"^(a+)+$\"}}",
     "{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\":1}",
     "/: takes too long to match against its pattern"},
    {"{\"dependentRequired\":{\"a\":[\"b\",\"c\"]}}", "{\"x\":1}", NULL},
    {"{\"dependentRequired\":{\"a\":[\"b\",\"c\"]}}", "{\"a\":1,\"b\":1}",
     "/: member \"c\" is missing, which \"a\" needs"},
    {"{\"dependentSchemas\":{\"a\":{\"required\":[\"b\"]}}}", "{\"a\":1}",
     "/: member \"b\" is missing"},
    {"{\"dependentSchemas\":{\"a\":{\"required\":[\"b\"]}}}", "{\"b\":1}",
     NULL},
    {"{\"dependencies\":{\"a\":[\"b\"],\"c\":{\"minProperties\":2}}}",
     "{\"a\":1}", "/: member \"b\" is missing, which \"a\" needs"},
    {"{\"dependencies\":{\"a\":[\"b\"],\"c\":{\"minProperties\":2}}}",
     "{\"c\":1}", "/: must have at least 2 members"},
    /* 10.2.2 conditions */
    {"{\"if\":{\"properties\":{\"k\":{\"const\":1}}},\"then\":{\"required\":["
     "\"a\"]},\"else\":{\"required\":[\"b\"]}}",
     "{\"k\":1}", "/: member \"a\" is missing"},
    {"{\"if\":{\"properties\":{\"k\":{\"const\":1}}},\"then\":{\"required\":["
     "\"a\"]},\"else\":{\"required\":[\"b\"]}}",
     "{\"k\":2}", "/: member \"b\" is missing"},
    {"{\"if\":{\"properties\":{\"k\":{\"const\":1}}},\"then\":{\"required\":["
     "\"a\"]},\"else\":{\"required\":[\"b\"]}}",
     "{\"k\":2,\"b\":1}", NULL},
    {"{\"if\":false}", "1", NULL},
    {"{\"then\":false,\"else\":false}", "1", NULL},
    /* 11.2 unevaluatedItems */
    {"{\"prefixItems\":[true],\"unevaluatedItems\":false}", "[1]", NULL},
    {"{\"prefixItems\":[true],\"unevaluatedItems\":false}", "[1,2]",
     "/1: is not allowed"},
    {"{\"allOf\":[{\"prefixItems\":[true,true]}],\"unevaluatedItems\":{"
     "\"type\":\"string\"}}",
     "[1,2,3]", "/2: must be a string"},
    {"{\"contains\":{\"type\":\"string\"},\"unevaluatedItems\":false}",
     "[\"a\",1]", "/1: is not allowed"},
    {"{\"anyOf\":[{\"contains\":{\"const\":1}},{\"contains\":{\"const\":2}}],"
     "\"unevaluatedItems\":false}",
     "[1,2]", NULL},
    {"{\"not\":{\"items\":{\"type\":\"string\"}},\"unevaluatedItems\":false}",
     "[1]", "/0: is not allowed"},
    /* 11.3 unevaluatedProperties */
    {"{\"properties\":{\"a\":true},\"unevaluatedProperties\":false}",
     "{\"a\":1}", NULL},
    {"{\"allOf\":[{\"properties\":{\"a\":true}}],\"unevaluatedProperties\":"
     "false}",
     "{\"a\":1,\"x\":1}", "/: member \"x\" is not allowed"},
    {"{\"$ref\":\"#/$defs/"
     "a\",\"unevaluatedProperties\":false,\"$defs\":{\"a\":{"
     "\"patternProperties\":{\"^a\":true}}}}",
     "{\"ab\":1,\"x\":1}", "/: member \"x\" is not allowed"},
    {"{\"anyOf\":[{\"properties\":{\"a\":{\"type\":\"string\"}},\"required\":["
     "\"a\"]},{\"properties\":{\"b\":true}}],\"unevaluatedProperties\":false}",
     "{\"b\":1,\"a\":1}", "/: member \"a\" is not allowed"},
    {"{\"oneOf\":[{\"properties\":{\"a\":{\"const\":1}},\"required\":[\"a\"]},"
     "{\"properties\":{\"b\":true},\"required\":[\"b\"]}],"
     "\"unevaluatedProperties\":false}",
     "{\"a\":1}", NULL},
    {"{\"if\":{\"properties\":{\"a\":{\"const\":1}}},\"then\":{\"properties\":"
     "{\"b\":true}},\"unevaluatedProperties\":false}",
     "{\"a\":1,\"b\":1}", NULL},
    {"{\"if\":{\"properties\":{\"a\":{\"const\":1}}},\"else\":{\"properties\":"
     "{\"b\":true}},\"unevaluatedProperties\":false}",
     "{\"a\":2,\"b\":1}", "/: member \"a\" is not allowed"},
    {"{\"dependentSchemas\":{\"a\":{\"properties\":{\"a\":true}}},"
     "\"unevaluatedProperties\":{\"type\":\"null\"}}",
     "{\"a\":1,\"b\":1}", "/b: must be null"},
    {"{\"allOf\":[{\"properties\":{\"a\":true}},{\"unevaluatedProperties\":"
     "false}]}",
     "{\"a\":1}", "/: member \"a\" is not allowed"},
    {"{\"allOf\":[{\"unevaluatedProperties\":true}],\"unevaluatedProperties\":"
     "false}",
     "{\"a\":1}", NULL},
    {"{\"properties\":{\"o\":{\"additionalProperties\":true}},"
     "\"unevaluatedProperties\":false}",
     "{\"o\":{\"x\":1},\"x\":1}", "/: member \"x\" is not allowed"},
    {"{\"unevaluatedProperties\":false,\"unevaluatedItems\":false}", "1",
     NULL},
    /* 8.2.3.1 references */
    {"{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"null\"}}}", "1",
     "/: must be null"},
    {"{\"$ref\":\"#/$defs/n\",\"minimum\":5,"
     "\"$defs\":{\"n\":{\"type\":\"number\"}}}",
     "1", "/: must be at least 5"},
    {"{\"properties\":{\"a\":{\"type\":\"null\"},"
     "\"b\":{\"$ref\":\"#/properties/a\"}}}",
     "{\"b\":1}", "/b: must be null"},
    {"{\"$ref\":\"#/$defs/a~1b%25\",\"$defs\":{\"a/b%\":false}}", "1",
     "/: is not allowed"},
    {"{\"properties\":{\"next\":{\"$ref\":\"#\"}},\"required\":[\"v\"]}",
     "{\"v\":1,\"next\":{\"v\":2,\"next\":{}}}",
     "/next/next: member \"v\" is missing"},
    {"{\"$ref\":\"#\"}", "1", "/: takes too long to check"},
    {"{\"anyOf\":[{\"$ref\":\"#\"},{\"$ref\":\"#\"}]}", "1",
     "/: takes too long to check"},
    {"{\"not\":{\"$ref\":\"#\"}}", "1", "/: takes too long to check"},
    /* 8.2.1, 8.2.2 names of schemas */
    {"{\"$ref\":\"#n\",\"$defs\":{\"x\":{\"$anchor\":\"n\",\"type\":\"null\"}}"
     "}",
     "1", "/: must be null"},
    {"{\"$id\":\"https://a/b/c\",\"$ref\":\"../"
     "n\",\"$defs\":{\"x\":{\"$id\":\"/"
     "n\",\"$ref\":\"#m\",\"$defs\":{\"y\":{\"$anchor\":\"m\",\"type\":"
     "\"null\"}}}}}",
     "1", "/: must be null"},
    {"{\"$id\":\"https://a/b\",\"$ref\":\"https://a/b#/$defs/"
     "x\",\"$defs\":{\"x\":false}}",
     "1", "/: is not allowed"},
    {"{\"$id\":\"urn:uuid:deadbeef-1234-0000-0000-4321feebdaed\","
     "\"properties\":{\"a\":{\"$ref\":\"#/$defs/"
     "x\"}},\"$defs\":{\"x\":false}}",
     "{\"a\":1}", "/a: is not allowed"},
    {"{\"$ref\":\"#/x-ours/0\",\"x-ours\":[{\"type\":\"null\"}]}", "1",
     "/: must be null"},
    {"{\"$ref\":\"#/$defs/tilde~0%7E0\",\"$defs\":{\"tilde~~\":false}}", "1",
     "/: is not allowed"},
    {"{\"const\":{\"$id\":\"a\",\"$anchor\":\"b\"},\"$defs\":{\"x\":{\"$id\":"
     "\"a\"},\"y\":{\"$anchor\":\"b\"}}}",
     "{\"$id\":\"a\",\"$anchor\":\"b\"}", NULL},
    /* 8.2.3.2 dynamic references */
    {"{\"$id\":\"tree\",\"$dynamicAnchor\":\"n\",\"properties\":{\"kids\":{"
     "\"items\":{\"$dynamicRef\":\"#n\"}}}}",
     "{\"kids\":[{\"kids\":1},{\"kids\":[1]}]}", NULL},
    {"{\"$id\":\"https://a/"
     "strict\",\"$dynamicAnchor\":\"n\",\"$ref\":\"tree\","
     "\"unevaluatedProperties\":false,\"$defs\":{\"t\":{\"$id\":\"tree\",\"$"
     "dynamicAnchor\":\"n\",\"type\":\"object\",\"properties\":{\"kids\":{"
     "\"items\":{\"$dynamicRef\":\"#n\"}}}}}}",
     "{\"kids\":[{\"kinds\":[]}]}",
     "/kids/0: member \"kinds\" is not allowed"},
    {"{\"$id\":\"https://a/"
     "strict\",\"$anchor\":\"n\",\"$ref\":\"tree\",\"unevaluatedProperties\":"
     "false,\"$defs\":{\"t\":{\"$id\":\"tree\",\"$dynamicAnchor\":\"n\","
     "\"type\":\"object\",\"properties\":{\"kids\":{\"items\":{\"$"
     "dynamicRef\":\"#n\"}}}}}}",
     "{\"kids\":[{\"kinds\":[]}]}", NULL},
    {"{\"$dynamicRef\":\"#/$defs/x\",\"$defs\":{\"x\":false}}", "1",
     "/: is not allowed"},
    /* draft-07 */
    {"{\"$schema\":\"http://json-schema.org/draft-07/"
     "schema#\",\"items\":[true,{\"type\":\"null\"}],\"additionalItems\":{"
     "\"type\":\"string\"}}",
     "[1,null,2]", "/2: must be a string"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/"
     "schema#\",\"items\":{\"type\":\"null\"},\"additionalItems\":false}",
     "[null]", NULL},
    {"{\"$schema\":\"http://json-schema.org/draft-07/"
     "schema\",\"$ref\":\"#n\",\"minimum\":5,\"definitions\":{\"x\":{\"$id\":"
     "\"#n\",\"type\":\"number\"}}}",
     "\"a\"", "refused"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/"
     "schema\",\"allOf\":[{\"$ref\":\"#n\",\"minimum\":5}],\"definitions\":{"
     "\"x\":{\"$id\":\"#n\",\"type\":\"number\"}}}",
     "1", NULL},
    {"{\"$schema\":\"http://json-schema.org/draft-07/"
     "schema#\",\"unevaluatedProperties\":false,\"minContains\":2,"
     "\"contains\":true}",
     "{\"a\":1}", NULL},
    /* annotations and extensions */
    {"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
     "\"title\":\"t\",\"description\":\"d\",\"default\":1,\"examples\":[1],"
     "\"deprecated\":true,\"readOnly\":true,\"$comment\":\"c\","
     "\"x-mcp-header\":\"Region\"}",
     "1", NULL},
};

static const struct {
    const char *schema, *name;
} refused[] = {
    {"{", "what is not JSON"},
    {"1", "a number"},
    {"{\"$schema\":\"http://json-schema.org/draft-04/schema#\"}",
     "another dialect"},
    {"{\"$schema\":\"h\"}", "a dialect cut short"},
    {"{\"type\":\"strnig\"}", "an unknown type"},
    {"{\"type\":[]}", "no type"},
    {"{\"type\":[\"string\",1]}", "a type that is a number"},
    {"{\"type\":null}", "a type that is null"},
    {"{\"required\":\"a\"}", "required as a string"},
    {"{\"required\":[1]}", "required with a number"},
    {"{\"properties\":[]}", "properties as a list"},
    {"{\"properties\":{\"a\":1}}", "a property that is a number"},
    {"{\"items\":[{}]}", "items as a list (drafts before 2020-12)"},
    {"{\"prefixItems\":{}}", "prefixItems as an object"},
    {"{\"anyOf\":[]}", "anyOf without alternatives"},
    {"{\"enum\":1}", "enum as a number"},
    {"{\"minimum\":\"1\"}", "a minimum that is a string"},
    {"{\"multipleOf\":0}", "a multiple of nothing"},
    {"{\"minLength\":-1}", "a negative length"},
    {"{\"minLength\":1.5}", "half a length"},
    {"{\"uniqueItems\":1}", "uniqueItems as a number"},
    {"{\"pattern\":\"(\"}", "a pattern that is none"},
    {"{\"pattern\":1}", "a pattern that is a number"},
    {"{\"$ref\":\"other.json\"}", "a reference to another document"},
    {"{\"$ref\":\"#anchor\"}", "an anchor that is not there"},
    {"{\"$ref\":\"#/$defs/x\"}", "a reference that leads nowhere"},
    {"{\"$ref\":\"#/%zz\"}", "a reference with a bad escape"},
    {"{\"$ref\":1}", "a reference that is a number"},
    {"{\"$defs\":{\"unused\":{\"type\":1}}}", "a mistake in what is unused"},
    {"{\"patternProperties\":{\"(\":true}}", "a name that is no pattern"},
    {"{\"patternProperties\":{\"a\":1}}", "a named schema that is a number"},
    {"{\"patternProperties\":[]}", "patternProperties as a list"},
    {"{\"contains\":1}", "contains as a number"},
    {"{\"minContains\":-1}", "a negative minContains"},
    {"{\"maxContains\":\"1\"}", "maxContains as a string"},
    {"{\"dependentRequired\":[]}", "dependentRequired as a list"},
    {"{\"dependentRequired\":{\"a\":\"b\"}}", "a dependent that is a string"},
    {"{\"dependentRequired\":{\"a\":[1]}}", "a dependent that lists a number"},
    {"{\"dependentSchemas\":{\"a\":[\"b\"]}}", "dependentSchemas with a list"},
    {"{\"dependencies\":{\"a\":[1]}}", "dependencies with a number"},
    {"{\"if\":1}", "if as a number"},
    {"{\"propertyNames\":[]}", "propertyNames as a list"},
    {"{\"unevaluatedItems\":1}", "unevaluatedItems as a number"},
    {"{\"$dynamicRef\":\"#a\"}", "a dynamic reference that leads nowhere"},
    {"{\"$dynamicRef\":1}", "a dynamic reference that is a number"},
    {"{\"$anchor\":\"#a\"}", "an anchor with #"},
    {"{\"$anchor\":\"1a\"}", "an anchor that begins with a digit"},
    {"{\"$anchor\":1}", "an anchor that is a number"},
    {"{\"$dynamicAnchor\":\"\"}", "an empty anchor"},
    {"{\"$anchor\":\"a\",\"$defs\":{\"x\":{\"$anchor\":\"a\"}}}",
     "an anchor twice"},
    {"{\"$id\":\"a\",\"$defs\":{\"x\":{\"$id\":\"a\"}}}", "an $id twice"},
    {"{\"$id\":1}", "an $id that is a number"},
    {"{\"$id\":\"#a\"}", "an $id with a fragment"},
    {"{\"$ref\":\"https://example.com/s\"}", "a remote reference"},
    {"{\"$schema\":\"https://json-schema.org/draft/2019-09/schema\"}",
     "draft 2019-09"},
    {"{\"$schema\":1}", "a dialect that is a number"},
    {"{\"$ref\":\"#/type\",\"type\":\"object\"}",
     "a reference to what is no schema"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"items\":[]}",
     "no items (draft-07)"},
    {"{\"$schema\":\"http://json-schema.org/draft-07/"
     "schema#\",\"additionalItems\":1}",
     "additionalItems as a number (draft-07)"},
    {"{\"pattern\":\"\\\\A\"}", "in a pattern: \\A"},
    {"{\"pattern\":\"\\\\Z\"}", "in a pattern: \\Z"},
    {"{\"pattern\":\"\\\\a\"}", "in a pattern: \\a"},
    {"{\"pattern\":\"\\\\h\"}", "in a pattern: \\h"},
    {"{\"pattern\":\"\\\\Qa\\\\E\"}", "in a pattern: \\Q"},
    {"{\"pattern\":\"(?i)a\"}", "in a pattern: flags"},
    {"{\"pattern\":\"(?>a)\"}", "in a pattern: an atomic group"},
    {"{\"pattern\":\"(?P<n>a)\"}", "in a pattern: a name as Python has it"},
    {"{\"pattern\":\"(*FAIL)\"}", "in a pattern: a verb"},
    {"{\"pattern\":\"a++\"}", "in a pattern: a possessive quantifier"},
    {"{\"pattern\":\"a{2}{3}\"}", "in a pattern: two quantifiers"},
    {"{\"pattern\":\"\\\\x1\"}", "in a pattern: half an escape"},
    {"{\"pattern\":\"\\\\u12\"}", "in a pattern: part of an escape"},
    {"{\"pattern\":\"\\\\u{110000}\"}",
     "in a pattern: what is beyond Unicode"},
    {"{\"pattern\":\"\\\\u{}\"}", "in a pattern: no rune"},
    {"{\"pattern\":\"\\\\ud83d\"}", "in a pattern: half a pair"},
    {"{\"pattern\":\"\\\\ud83d\\\\u0041\"}",
     "in a pattern: half a pair and a letter"},
    {"{\"pattern\":\"\\\\p{X=Y}\"}", "in a pattern: an unknown property"},
    {"{\"pattern\":\"\\\\pL\"}", "in a pattern: a property without braces"},
    {"{\"pattern\":\"\\\\1\"}", "in a pattern: a reference without a group"},
    {"{\"pattern\":\"[\\\\1]\"}", "in a pattern: a reference in a class"},
    {"{\"pattern\":\"[\\\\B]\"}", "in a pattern: \\B in a class"},
    {"{\"pattern\":\"[a\"}", "in a pattern: an open class"},
    {"{\"pattern\":\"a\\\\\"}", "in a pattern: a backslash at the end"},
    {"{\"pattern\":\"\\\\c1\"}", "in a pattern: a control that is a digit"},
    {"{\"pattern\":\"\\\\k\"}", "in a pattern: \\k without a name"},
    {"{\"pattern\":\"\\\\01\"}", "in a pattern: an octal"},
};

static const mcp_json_t *json(const char *text, mcp_ctx_t *cx)
{
    const mcp_json_t *value;

    return mcp_json_read(&value, text, strlen(text), cx) ? NULL : value;
}

static const char *verdict(const char *schema, const char *value,
                           mcp_ctx_t *cx)
{
    const mcp_schema_t *s;

    if (mcp_schema_make(&s, schema, cx))
        return "refused";
    return mcp_schema_check(s, json(value, cx), cx->pool);
}

static void check_refusals(mcp_ctx_t *cx)
{
    const mcp_schema_t *s;
    const mcp_error_t *e;
    size_t i;

    for (i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
        e = mcp_schema_make(&s, refused[i].schema, cx);
        ok(e && e->code == MCP_E_SERVER_ERROR && e->remedy && !s,
           "refused: %s", refused[i].name);
    }
    e = mcp_schema_make(&s, "{\"properties\":{\"a\":{\"not\":{\"if\":1}}}}",
                        cx);
    is(e ? e->detail : NULL,
       "JSON Schema at \"/properties/a/not/if\": it must be an object or a "
       "boolean",
       "a refusal names the place and the rule");
    e = mcp_schema_make(
        &s, "{\"$id\":\"http://a/b\",\"not\":{\"$ref\":\"c#d\"}}", cx);
    is(e ? e->detail : NULL,
       "JSON Schema at \"/not\": $ref leads into another document, "
       "http://a/c, "
       "and none is fetched",
       "or where it leads");
    e = mcp_schema_make(&s, "{\"$schema\":\"http://json-schema.org/schema#\"}",
                        cx);
    is(e ? e->detail : NULL,
       "JSON Schema at \"\": $schema must name a dialect that is known here: "
       "https://json-schema.org/draft/2020-12/schema or "
       "http://json-schema.org/draft-07/schema#",
       "or which dialects there are");
}

static void check_unknown(mcp_ctx_t *cx)
{
    const mcp_schema_t *s;

    tap_log[0] = '\0';
    fine(mcp_schema_make(
             &s, "{\"properties\":{\"a\":{\"x-b\":1,\"minimun\":1}}}", cx),
         "a keyword that is unknown is an annotation");
    is(tap_log,
       apr_psprintf(cx->pool,
                    "%d MCP00020: JSON Schema at \"/properties/a\": minimun "
                    "is no keyword of its draft, so "
                    "nothing is checked by it; correct its name, or begin it "
                    "with x-\n",
                    MCP_LOG_WARNING),
       "which the log tells");
    tap_log[0] = '\0';
}

static void check_bounds(mcp_ctx_t *cx)
{
    const char *chain = "", *numbers = "0", *name = "";
    apr_time_t begin;
    int i;

    for (i = 0; i < 200; i++)
        chain = apr_psprintf(cx->pool, "%s\"d%d\":{\"$ref\":\"#/$defs/d%d\"},",
                             chain, i, i + 1);
    chain = apr_psprintf(cx->pool, "{\"$defs\":{%s\"d200\":{}}}", chain);
    is(verdict(chain, "1", cx), NULL, "a chain that is not followed is none");
    is(verdict(
           apr_pstrcat(cx->pool, "{\"$ref\":\"#/$defs/d0\",", chain + 1, NULL),
           "1", cx),
       "/: takes too long to check", "a chain of references has an end");

    for (i = 1; i < 3000; i++)
        numbers =
            apr_psprintf(cx->pool, i % 100 ? "%s,%d" : "%s,\n%d", numbers, i);
    numbers = apr_pstrcat(cx->pool, "[", numbers, "]", NULL);
    begin = apr_time_now();
    is(verdict("{\"uniqueItems\":true,\"items\":{\"type\":\"integer\"}}",
               numbers, cx),
       NULL, "a long array is checked");
    ok(apr_time_now() - begin < apr_time_from_sec(2), "soon");

    for (i = 0; i < 1000; i++)
        name = apr_pstrcat(cx->pool, name, "\xc3\xbc", NULL);
    name = verdict("{\"additionalProperties\":false}",
                   apr_pstrcat(cx->pool, "{\"", name, "\":1}", NULL), cx);
    ok(name && strlen(name) < 300 && strstr(name, "\xc3\xbc...\" is not"),
       "a long name is cut between runes");
}

static int ends(const char *text, const char *end)
{
    size_t len = text ? strlen(text) : 0, end_len = strlen(end);

    return len >= end_len && !strcmp(text + len - end_len, end);
}

/* Schemas and values that would take hours. */
static void check_work(mcp_ctx_t *cx)
{
    const char *defs = "", *many = "\"aaaaaaaaaaaaaaaaaaaaaaaab\"",
               *deep = "0";
    char *line = apr_palloc(cx->pool, 300001);
    apr_time_t begin = apr_time_now();
    int i;

    for (i = 0; i < 50; i++)
        defs = apr_psprintf(cx->pool,
                            "%s\"d%d\":{\"allOf\":[{\"$ref\":\"#/$defs/d%d\"},"
                            "{\"$ref\":\"#/$defs/d%d\"}]},",
                            defs, i, i + 1, i + 1);
    is(verdict(apr_psprintf(cx->pool,
                            "{\"$ref\":\"#/$defs/d0\",\"$defs\":"
                            "{%s\"d50\":{}}}",
                            defs),
               "1", cx),
       "/: takes too long to check", "2^50 schemas are not checked");

    memset(line, 'a', 300000);
    line[0] = line[299999] = '"';
    line[300000] = '\0';
    is(verdict("{\"pattern\":\"\\\\w+[@#]\"}", line, cx),
       "/: takes too long to match against its pattern",
       "nor a pattern at 300,000 places of a long string");
    is(verdict("{\"pattern\":\"^\\\\w+$\",\"minLength\":299998}", line, cx),
       NULL, "though a long string is matched where that is no work");

    for (i = 0; i < 13; i++)
        many = apr_pstrcat(cx->pool, many, ",\n", many, NULL);
    ok(ends(verdict("{\"items\":{\"not\":{\"pattern\":\"^a*a*a*[cd]\"}}}",
                    apr_pstrcat(cx->pool, "[", many, ",\"a\"]", NULL), cx),
            "takes too long to match against its pattern"),
       "nor a pattern that is much work for many strings");

    line += 280000;
    *line = '"';
    for (i = 0; i < 55; i++)
        deep = apr_pstrcat(cx->pool, "[", deep, ",", line, "]", NULL);
    ok(ends(verdict("{\"uniqueItems\":true,\"items\":{\"$ref\":\"#\"}}", deep,
                    cx),
            "takes too long to check"),
       "nor long items compared at each depth");
    ok(apr_time_now() - begin < apr_time_from_sec(5), "all that soon");
}

static void check_absent(mcp_ctx_t *cx)
{
    const mcp_schema_t *s;

    fine(mcp_schema_make(&s, NULL, cx), "no schema is no error");
    is(mcp_schema_check(s, json("1", cx), cx->pool), NULL,
       "and lets any value pass");
    ok(!mcp_schema_json(s), "it has no text");
    fine(mcp_schema_make(&s, "{\"type\":\"object\"}", cx), "a schema is made");
    is(mcp_json_text(mcp_schema_json(s), cx->pool), "{\"type\":\"object\"}",
       "it keeps its text");
    is(mcp_schema_check(s, NULL, cx->pool), "/: must be an object",
       "a value that is absent has no type");
}

static void body(mcp_ctx_t *cx)
{
    size_t i;

    for (i = 0; i < sizeof(checks) / sizeof(*checks); i++)
        is(verdict(checks[i].schema, checks[i].value, cx), checks[i].want,
           apr_psprintf(cx->pool, "JSON Schema 2020-12: %s for %s",
                        checks[i].schema, checks[i].value));
    check_refusals(cx);
    check_unknown(cx);
    check_bounds(cx);
    check_work(cx);
    check_absent(cx);
}

TAP_MAIN(body)
