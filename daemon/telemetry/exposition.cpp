#include "telemetry/exposition.hpp"

#include <prometheus/text_serializer.h>

#include <limits>

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

void Exposition::histogram(const std::string& name, const std::string& help, const Labels& labels,
                           const Histogram& value) {
    auto& shown = add(name, help, prometheus::MetricType::Histogram, labels).histogram;
    for (std::size_t i = 0; i <= Histogram::bounds_ms.size(); ++i) {
        shown.sample_count += value.count(i);
        prometheus::ClientMetric::Bucket bucket;
        bucket.cumulative_count = shown.sample_count;
        bucket.upper_bound = i < Histogram::bounds_ms.size() ? Histogram::bounds_ms[i] / 1000.0
                                                             : std::numeric_limits<double>::infinity();
        shown.bucket.push_back(bucket);
    }
    shown.sample_sum = static_cast<double>(value.sum_ms()) / 1000.0;
}

std::string Exposition::text() const {
    return prometheus::TextSerializer().Serialize(families_);
}

}  // namespace tlspolicy::telemetry
