//! Validation against a JSON Schema, for the keywords that the schema of recordings uses.
//!
//! A validator for all of JSON Schema compiles 63 packages, more than all other libraries for tests.

use serde_json::Value;

/// A JSON Schema document.
pub(crate) struct JsonSchema(pub(crate) Value);

impl JsonSchema {
    /// Returns the first violation of the schema.
    pub(crate) fn validate(&self, value: &Value) -> Result<(), String> {
        self.validate_against(&self.0, value)
    }

    fn validate_against(&self, schema: &Value, value: &Value) -> Result<(), String> {
        let Value::Object(keywords) = schema else { panic!("no schema: {schema}") };
        for (keyword, argument) in keywords {
            if !self.holds(keyword, argument, schema, value)? {
                return Err(format!("{value} violates {keyword}: {argument}"));
            }
        }
        Ok(())
    }

    /// Whether a value obeys one keyword of a schema. Panics at an unknown keyword, so that none is ignored.
    fn holds(&self, keyword: &str, argument: &Value, schema: &Value, value: &Value) -> Result<bool, String> {
        let (object, array) = (value.as_object(), value.as_array());
        let schemas = || argument.as_array().expect("a list of schemas");
        match keyword {
            "$schema" | "$defs" | "title" | "description" => {}
            "$ref" => {
                let pointer = argument.as_str().and_then(|path| path.strip_prefix('#')).expect("a local reference");
                self.validate_against(self.0.pointer(pointer).expect("a definition"), value)?;
            }
            "oneOf" => return Ok(schemas().iter().filter(|s| self.validate_against(s, value).is_ok()).count() == 1),
            "type" => return Ok(is_of_type(value, argument.as_str().expect("one type"))),
            "const" => return Ok(value == argument),
            "enum" => return Ok(schemas().contains(value)),
            "minimum" => return Ok(as_integer(value).is_none_or(|n| n >= as_integer(argument).expect("an integer"))),
            "maximum" => return Ok(as_integer(value).is_none_or(|n| n <= as_integer(argument).expect("an integer"))),
            "minItems" => {
                return Ok(array.is_none_or(|items| items.len() as u64 >= argument.as_u64().expect("a length")));
            }
            "maxItems" => {
                return Ok(array.is_none_or(|items| items.len() as u64 <= argument.as_u64().expect("a length")));
            }
            "required" => {
                let names = || argument.as_array().expect("names").iter().map(|name| name.as_str().expect("a name"));
                return Ok(object.is_none_or(|object| names().all(|name| object.contains_key(name))));
            }
            "properties" => {
                for (name, member) in object.into_iter().flatten() {
                    argument.get(name).map_or(Ok(()), |schema| self.validate_against(schema, member))?;
                }
            }
            "additionalProperties" => {
                assert_eq!(argument, false);
                let known = |name| schema["properties"].get(name).is_some();
                return Ok(object.is_none_or(|object| object.keys().all(known)));
            }
            "prefixItems" => {
                for (schema, item) in schemas().iter().zip(array.into_iter().flatten()) {
                    self.validate_against(schema, item)?;
                }
            }
            "items" => {
                let before = schema["prefixItems"].as_array().map_or(0, Vec::len);
                for item in array.into_iter().flatten().skip(before) {
                    self.validate_against(argument, item)?;
                }
            }
            _ => panic!("unknown keyword {keyword}"),
        }
        Ok(true)
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        "integer" => as_integer(value).is_some(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "object" => value.is_object(),
        "string" => value.is_string(),
        _ => panic!("unknown type {name}"),
    }
}

fn as_integer(value: &Value) -> Option<i128> {
    value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
}
