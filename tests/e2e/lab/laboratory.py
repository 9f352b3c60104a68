"""The laboratory as a whole: names, resolver, policy hosts and MX hosts, built once for a test file."""

from lab import certificates, daemon, isolation, resolver, sinks, web, zone


class Laboratory:
    """Everything but the daemon and Postfix. `stop` ends it all, in the reverse order.

    `signed`: the root has DNSSEC signatures, and the resolver validates.
    """

    def __init__(self, signed=False):
        self.work = isolation.work()
        self.running = []
        self.mx = {}
        self.authority = certificates.Authority(self.work / "ca")
        self.zone = self.add(zone.Zone(self.work, is_signed=signed))
        self.resolver = self.add(resolver.Resolver(
            self.work, trust_anchor=self.zone.signer.trust_anchor if signed else None))
        self.web = self.add(web.PolicyHosts(self.work, self.authority))

    def add(self, part):
        """Takes charge of ending it."""
        self.running.append(part)
        return part

    def stop(self):
        while self.running:
            part = self.running.pop()
            status = part.stop()
            if isinstance(part, daemon.Daemon):
                assert status == 0, f"{part.program.name} ended with {status}:\n{part.log.tail()}"

    def add_mx_host(self, name, address, pair=None, address_v6=None, port=25):
        addresses = [address] + ([address_v6] if address_v6 else [])
        self.mx[name] = self.add(sinks.MxHost(name, addresses, pair, port))
        self.zone.records[name] = [f"{'AAAA' if ':' in each else 'A'} {each}" for each in addresses]
        return self.mx[name]

    def add_domain(self, domain, mx=(), policy=None, identifier="1", addresses=(web.ADDRESS,)):
        """A domain with its MX hosts in order and, where there is a policy, all that RFC 8461 asks for.

        Seen after `publish`. `addresses`: those of the policy host.
        """
        self.zone.records[domain] = [f"MX {10 * (place + 1)} {host}." for place, host in enumerate(mx)] or ["TXT \"-\""]
        if policy is not None:
            self.web.put(domain, policy)
            self.set_identifier(domain, identifier)
            self.zone.records[f"mta-sts.{domain}"] = [
                f"{'AAAA' if ':' in each else 'A'} {each}" for each in addresses]

    def set_identifier(self, domain, identifier):
        self.zone.records[f"_mta-sts.{domain}"] = [f'TXT "v=STSv1; id={identifier};"']

    def withdraw_dns(self, domain):
        """The record and the policy host's addresses are gone: NXDOMAIN for both."""
        for name in (f"_mta-sts.{domain}", f"mta-sts.{domain}"):
            self.zone.records.pop(name, None)

    def publish(self):
        self.web.reload()
        self.zone.publish()

    def start_daemon(self, name="tlspolicyd", files=daemon.FILES, **changes):
        """`changes`: top-level keys of its configuration; `files`: its soft and hard limit of open files."""
        values = daemon.settings(self.authority.certificate, **changes)
        return self.add(daemon.Daemon(self.work, values, name, files)).wait_until_ready()
