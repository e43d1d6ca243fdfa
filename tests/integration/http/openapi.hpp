// server/openapi/openapi.yaml as the judge of answers: which routes exist and what their bodies look like.
#pragma once
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include <cstdlib>
#include <regex>
#include <string>

#include "shared/base/json.hpp"
#include "shared/base/process.hpp"

namespace fz::test {

/// The part of JSON Schema 2020-12 that our description uses.
class OpenApi {
 public:
  static const OpenApi& get() {
    static const OpenApi api;
    return api;
  }
  const json::object& paths() const { return doc_.at("paths").as_object(); }

  /// What a "$ref" points to, without its '#'.
  const json::value& at(std::string_view pointer) const { return doc_.at_pointer(pointer); }

  /// The path template that a real path belongs to; literal segments win.
  std::string template_of(std::string_view path) const {
    std::string best;
    std::size_t best_names = 99;
    for (const auto& [pattern, item] : paths()) {
      std::string expression, p(pattern);
      std::size_t names = 0;
      for (std::size_t i = 0; i < p.size(); ++i) {
        if (p[i] == '{') {
          expression += "[^/]+";
          i = p.find('}', i);
          ++names;
        } else {
          expression += p[i];
        }
      }
      if (names < best_names && std::regex_match(path.begin(), path.end(), std::regex(expression))) {
        best = p;
        best_names = names;
      }
    }
    return best;
  }

  /// Empty if the answer is as described; else what is wrong.
  std::string check(std::string_view method, std::string_view path, unsigned status, std::string_view content_type,
                    const std::string& body) const {
    const std::string pattern = template_of(path);
    if (pattern.empty()) return status == 404 ? problem_check(body) : "no such path: " + std::string(path);
    const auto* operation = paths().at(pattern).as_object().if_contains(method);
    if (!operation) return status == 405 ? problem_check(body) : "no such operation";
    const auto& responses = operation->as_object().at("responses").as_object();
    const auto* response = responses.if_contains(std::to_string(status));
    if (!response && status >= 400) response = responses.if_contains("default");
    if (!response) return "status " + std::to_string(status) + " is not described";
    const auto& resolved = resolve(*response).as_object();
    const auto* content = resolved.if_contains("content");
    if (!content) return {};
    const std::string media(content_type.substr(0, content_type.find(';')));
    const auto* described = content->as_object().if_contains(media);
    if (!described) return "content type " + media + " is not described";
    const auto* schema = described->as_object().if_contains("schema");
    if (!schema) return {};
    const auto value = json::parse(body, {8 << 20, 32});
    if (!value) return "not JSON";
    return validate(*schema, *value, "$");
  }

  std::string validate(const json::value& schema_or_ref, const json::value& v, const std::string& at) const {
    const auto& schema = resolve(schema_or_ref).as_object();
    if (const auto* type = schema.if_contains("type"))
      if (!has_type(type->as_string(), v)) return at + " is not a " + std::string(type->as_string());
    if (const auto* values = schema.if_contains("enum")) {
      bool found = false;
      for (const auto& one : values->as_array()) found = found || one == v;
      if (!found) return at + " is none of the listed values: " + json::write(v);
    }
    if (const auto* value = schema.if_contains("const"); value && *value != v) return at + " is not the constant";
    if (v.is_object()) return validate_object(schema, v.get_object(), at);
    if (v.is_array())
      if (const auto* items = schema.if_contains("items"))
        for (std::size_t i = 0; i < v.get_array().size(); ++i)
          if (auto bad = validate(*items, v.get_array()[i], at + "[" + std::to_string(i) + "]"); !bad.empty()) return bad;
    return {};
  }

 private:
  OpenApi() {
    const char* tree = std::getenv("FZ_SOURCE_DIR");
    if (!tree) throw std::runtime_error("FZ_SOURCE_DIR is not set; run through ctest");
    const std::string file = std::string(tree) + "/server/openapi/openapi.yaml";
    SpawnOptions o;
    o.argv = {"/usr/bin/python3", "-c",
              "import json,sys,yaml; json.dump(yaml.safe_load(open(sys.argv[1], encoding='utf-8')), sys.stdout, default=str)", file};
    const auto text = run_command(o, Millis{60000}, 8 << 20);
    if (!text) throw std::runtime_error(to_log(text.error()));
    doc_ = boost::json::parse(*text);
  }

  std::string problem_check(const std::string& body) const {
    const auto value = json::parse(body);
    return value ? validate(doc_.at("components").at("schemas").at("Problem"), *value, "$") : "not JSON";
  }

  std::string validate_object(const json::object& schema, const json::object& v, const std::string& at) const {
    if (const auto* required = schema.if_contains("required"))
      for (const auto& name : required->as_array())
        if (!v.contains(name.as_string())) return at + " lacks " + std::string(name.as_string());
    const auto* properties = schema.if_contains("properties");
    const auto* additional = schema.if_contains("additionalProperties");
    for (const auto& [name, value] : v) {
      const auto* property = properties ? properties->as_object().if_contains(name) : nullptr;
      const std::string where = at + "." + std::string(name);
      if (property) {
        if (auto bad = validate(*property, value, where); !bad.empty()) return bad;
      } else if (additional && additional->is_bool() && !additional->as_bool()) {
        return where + " is not described";
      } else if (additional && additional->is_object()) {
        if (auto bad = validate(*additional, value, where); !bad.empty()) return bad;
      }
    }
    return {};
  }

  static bool has_type(std::string_view type, const json::value& v) {
    if (type == "object") return v.is_object();
    if (type == "array") return v.is_array();
    if (type == "string") return v.is_string();
    if (type == "integer") return v.is_int64() || v.is_uint64();
    if (type == "boolean") return v.is_bool();
    return false;
  }

  const json::value& resolve(const json::value& v) const {
    const auto* ref = v.is_object() ? v.get_object().if_contains("$ref") : nullptr;
    if (!ref) return v;
    return resolve(doc_.at_pointer(std::string_view(ref->as_string()).substr(1)));
  }

  json::value doc_;
};

}  // namespace fz::test
