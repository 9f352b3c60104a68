#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

/// What postconf(1) prints, as values. Lines that are none of its kind are left out.
namespace tlspolicy::postfix {

/// "3.7.11", and "3.12-20260821" for a snapshot.
struct Version {
    unsigned major = 0;
    unsigned minor = 0;
    unsigned patch = 0;

    std::string text() const;

    friend bool operator==(const Version&, const Version&) = default;
    friend bool operator<(const Version& a, const Version& b) noexcept {
        return std::tie(a.major, a.minor, a.patch) < std::tie(b.major, b.minor, b.patch);
    }
    friend bool operator>=(const Version& a, const Version& b) noexcept { return !(a < b); }
};

std::optional<Version> parse_version(std::string_view text) noexcept;

using Parameters = std::map<std::string, std::string, std::less<>>;

/// "NAME = VALUE" lines: `postconf -x NAME ...`, where what this Postfix does not know is missing.
Parameters parse_parameters(std::string_view text);

/// A line of `postconf -M`: a service of master.cf.
struct Service {
    std::string name;
    std::string type;     ///< "inet", "unix"
    std::string chroot;   ///< "y", "n", "-"
    std::string command;  ///< "smtp", without its arguments

    friend bool operator==(const Service&, const Service&) = default;
};

std::vector<Service> parse_services(std::string_view text);

/// A line of `postconf -P`, "SERVICE/TYPE/NAME = VALUE": a setting of one service, instead of main.cf's.
struct ServiceSetting {
    std::string service;  ///< "smtp/unix"
    std::string name;
    std::string value;

    friend bool operator==(const ServiceSetting&, const ServiceSetting&) = default;
};

std::vector<ServiceSetting> parse_service_settings(std::string_view text);

}  // namespace tlspolicy::postfix
