/** Host names as the `Host` header, the `Origin` header and users write them. Pure. */

/** Returns the host name of `name:port` as a URL has it, in lower case; undefined if it is malformed. */
export function hostNameOf(host: string): string | undefined {
  const url = `http://${host}/`;
  if (!URL.canParse(url)) return undefined;
  const { hostname, username, password, pathname, search, hash } = new URL(url);
  // "localhost/path", "localhost#", "user@localhost" and "*" parse as well.
  const isPlain = username + password + search + hash === "" && pathname === "/" && !/[/?#@*\\\s]/.test(host);
  return isPlain ? hostname.replace(/\.$/, "") : undefined;
}

/** Returns the host name of an address or a name without a port; undefined if it is malformed. */
export function hostNameAlone(name: string): string | undefined {
  const isAddress6 = name.includes(":") && !name.startsWith("[");
  const hostname = hostNameOf(isAddress6 ? `[${name}]` : name);
  return !isAddress6 && /:\d*$/.test(name) && !name.endsWith("]") ? undefined : hostname;
}

/** Returns the host name of the page with this origin; undefined if it is none of http or https. */
export function hostNameOfOrigin(origin: string): string | undefined {
  return hostNameOf(/^https?:\/\/(.+)$/i.exec(origin)?.[1] ?? "");
}

/** Whether a host name always means this machine. */
export function isLoopback(hostname: string): boolean {
  return (
    /^(?:.+\.)?localhost$/.test(hostname) ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname) ||
    // IPv6, also with the IPv4 address in it, as URLs write it.
    /^\[::(?:1|ffff:7f[\da-f]{2}:[\da-f]+)\]$/.test(hostname)
  );
}

/** Whether a host name of a URL is an IP address. */
export function isAddress(hostname: string): boolean {
  return /^(?:\[.*\]|\d+\.\d+\.\d+\.\d+)$/.test(hostname);
}
