#include "cli/doctor_judges.hpp"
#include "cli/doctor_words.hpp"

#include <fmt/format.h>

namespace tlspolicy::cli::doctor {
namespace {

std::string fix_for(const PostfixFacts& postfix) {
    if (postfix.system_roots.empty())
        return "Install the trusted authorities of your system (ca-certificates), and set smtp_tls_CAfile to "
               "their file.";
    return postconf_line(postfix, "smtp_tls_CAfile", postfix.system_roots);
}

void judge_file(const PostfixFacts& postfix, const Roots& roots, Findings& findings) {
    const std::string file = postfix.value("smtp_tls_CAfile");
    // smtp(8) reads it as root, before it enters its chroot (smtp.c, pre_init()).
    if (!roots.failure.empty() || roots.certificates == 0)
        findings.push_back({Severity::problem,
                            roots.failure.empty()
                                ? fmt::format("smtp_tls_CAfile, {}, holds no certificate", file)
                                : fmt::format("smtp_tls_CAfile, {}, cannot be read: {}", file, roots.failure),
                            "Postfix then does no TLS at all: mail to domains with a policy is deferred, and "
                            "all other mail goes "
                            "out in plain text.",
                            fix_for(postfix), "postconf(5)"});
    else
        findings.push_back(
            fine(fmt::format("smtp_tls_CAfile has {} trusted authorities", roots.certificates)));
}

void judge_directory(const PostfixFacts& postfix, const Roots& roots, bool alone, Findings& findings) {
    const std::string path = postfix.value("smtp_tls_CApath");
    const bool chrooted = smtp_is_chrooted(postfix);
    const std::string place = chrooted ? postfix.value("queue_directory") + path : path;
    if (roots.failure.empty() && roots.certificates > 0) {
        findings.push_back(
            fine(fmt::format("smtp_tls_CApath has {} trusted authorities", roots.certificates)));
        return;
    }
    const std::string why =
        chrooted ? fmt::format("The smtp client runs in a chroot, where this directory is {}. ", place) : "";
    findings.push_back(
        {alone ? Severity::problem : Severity::warning,
         roots.failure.empty()
             ? fmt::format("{} has no authorities under the names that OpenSSL looks for", place)
             : fmt::format("smtp_tls_CApath cannot be read: {}: {}", place, roots.failure),
         why
             + (alone
                    ? "Postfix can verify nobody, and defers the mail of every domain with an MTA-STS policy."
                    : "Authorities that are there alone are not known to Postfix."),
         alone ? fix_for(postfix)
               : postconf_without(postfix, "smtp_tls_CApath")
                     + ", or fill the directory and run openssl rehash",
         "postconf(5)"});
}

}  // namespace

void judge_roots(const PostfixFacts& postfix, Findings& findings) {
    if (!postfix.ca_file && !postfix.ca_path) {
        std::string why =
            "Without trusted authorities Postfix can verify nobody, and defers the mail of every domain with "
            "an "
            "MTA-STS policy.";
        if (postfix.value("tls_append_default_CA") == "yes")  // tls_certkey.c, tls_set_ca_certificate_info()
            why += " tls_append_default_CA does not help: it adds to these two, where one of them is set.";
        findings.push_back({Severity::problem, "smtp_tls_CAfile and smtp_tls_CApath are empty", why,
                            fix_for(postfix), "postconf(5)"});
        return;
    }
    if (postfix.ca_file) judge_file(postfix, *postfix.ca_file, findings);
    if (postfix.ca_path) judge_directory(postfix, *postfix.ca_path, !postfix.ca_file, findings);
}

}  // namespace tlspolicy::cli::doctor
