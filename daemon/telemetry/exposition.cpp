#include "telemetry/exposition.hpp"

#include <prometheus/text_serializer.h>

#include <utility>

namespace tlspolicy::telemetry {

prometheus::ClientMetric& Exposition::add(const std::string& name, const std::string& help,
                                          prometheus::MetricType type, const Labels& labels) {
    if (families_.empty() || families_.back().name != name) {
        prometheus::MetricFamily family;
        family.name = name;
        family.help = help;
        family.type = type;
        families_.push_back(std::move(family));
    }
    auto& metric = families_.back().metric.emplace_back();
    for (const auto& [label, value] : labels) {
        prometheus::ClientMetric::Label pair;
        pair.name = label;
        pair.value = value;
        metric.label.push_back(std::move(pair));
    }
    return metric;
}

void Exposition::counter(const std::string& name, const std::string& help, const Labels& labels,
                         double value) {
    add(name, help, prometheus::MetricType::Counter, labels).counter.value = value;
}

void Exposition::gauge(const std::string& name, const std::string& help, const Labels& labels, double value) {
    add(name, help, prometheus::MetricType::Gauge, labels).gauge.value = value;
}

void Exposition::add_bucket(prometheus::ClientMetric::Histogram& shown, std::uint64_t count,
                            double upper_bound) {
    shown.sample_count += count;
    prometheus::ClientMetric::Bucket bucket;
    bucket.cumulative_count = shown.sample_count;
    bucket.upper_bound = upper_bound;
    shown.bucket.push_back(bucket);
}

std::string Exposition::text() const {
    return prometheus::TextSerializer().Serialize(families_);
}

}  // namespace tlspolicy::telemetry
