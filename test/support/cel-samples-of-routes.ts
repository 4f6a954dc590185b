/** Values that break and pass the rules of the Gateway API's routes, which other resources hold too. */
import type { CelSample } from "./cel-samples.ts";

const filters = {
  cors: "CORS",
  requestHeaderModifier: "RequestHeaderModifier",
  responseHeaderModifier: "ResponseHeaderModifier",
  requestMirror: "RequestMirror",
  requestRedirect: "RequestRedirect",
  urlRewrite: "URLRewrite",
  extensionRef: "ExtensionRef",
};

/** A filter has the fields of its type, and no other's. */
const ofTypes = Object.entries(filters).flatMap(([field, type]): readonly (readonly [string, CelSample])[] => [
  [
    `!(has(self.${field}) && self.type != '${type}')`,
    { breaks: { type: "Other", [field]: {} }, passes: { type, [field]: {} } },
  ],
  [`!(!has(self.${field}) && self.type == '${type}')`, { breaks: { type }, passes: { type, [field]: {} } }],
]);

const once = ["CORS", "RequestHeaderModifier", "ResponseHeaderModifier", "RequestRedirect", "URLRewrite"].map(
  (type): readonly [string, CelSample] => [
    `self.filter(f, f.type == '${type}').size() <= 1`,
    { breaks: [{ type }, { type }], passes: [{ type }, { type: "Other" }] },
  ],
);

const replaced = ["ReplaceFullPath", "ReplacePrefixMatch"].flatMap(
  (type): readonly (readonly [string, CelSample])[] => {
    const field = type.charAt(0).toLowerCase() + type.slice(1);
    return [
      [`self.type == '${type}' ? has(self.${field}) : true`, { breaks: { type }, passes: { type, [field]: "/" } }],
      [
        `has(self.${field}) ? self.type == '${type}' : true`,
        { breaks: { type: "Other", [field]: "/" }, passes: { type, [field]: "/" } },
      ],
    ];
  },
);

const protocols = ["GRPC", "HTTP"].flatMap((protocol): readonly (readonly [string, CelSample])[] => {
  const field = protocol.toLowerCase();
  return [
    [
      `self.protocol == '${protocol}' ? has(self.${field}) : true`,
      { breaks: { protocol }, passes: { protocol, [field]: {} } },
    ],
    [
      `has(self.${field}) ? self.protocol == '${protocol}' : true`,
      { breaks: { protocol: "Other", [field]: {} }, passes: { protocol, [field]: {} } },
    ],
  ];
});

const exact = (value: string) => ({ type: "Exact", value });
const paths = (
  [
    ["self.value.startsWith('/')", "a"],
    ["!self.value.contains('//')", "/a//b"],
    ["!self.value.contains('/./')", "/a/./b"],
    ["!self.value.contains('/../')", "/a/../b"],
    ["!self.value.contains('%2f')", "/a%2fb"],
    ["!self.value.contains('%2F')", "/a%2Fb"],
    ["!self.value.contains('#')", "/a#b"],
    ["!self.value.endsWith('/..')", "/a/.."],
    ["!self.value.endsWith('/.')", "/a/."],
    [`self.value.matches(r"""^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$""")`, "/a b"],
  ] as const
).map(([rule, value]): readonly [string, CelSample] => [
  `(self.type in ['Exact','PathPrefix']) ? ${rule} : true`,
  { breaks: exact(value), passes: exact("/a/b") },
]);

/** Of a path's prefix another can only take the place where a prefix is what matches. */
const prefixes = ["requestRedirect", "urlRewrite"].flatMap((field): readonly (readonly [string, CelSample])[] => {
  const filter = { [field]: { path: { type: "ReplacePrefixMatch", replacePrefixMatch: "/" } } };
  const condition = (f: string) =>
    `has(${f}.${field}) && has(${f}.${field}.path) && ${f}.${field}.path.type == 'ReplacePrefixMatch' && has(${f}.${field}.path.replacePrefixMatch)`;
  const rest =
    "((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true";
  const matching = (type: string) => ({ matches: [{ path: { type, value: "/a" } }] });
  return [
    [
      `(has(self.filters) && self.filters.exists_one(f, ${condition("f")})) ? ${rest}`,
      {
        breaks: { filters: [filter], ...matching("Exact") },
        passes: { filters: [filter], ...matching("PathPrefix") },
      },
    ],
    [
      `(has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) && b.filters.exists_one(f, ${condition("f")})) )) ? ${rest}`,
      {
        breaks: { backendRefs: [{ filters: [filter] }], ...matching("Exact") },
        passes: { backendRefs: [{ filters: [filter] }], ...matching("PathPrefix") },
      },
    ],
  ];
});

const sameParent =
  "p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__ ))";
const [inA, inB] = ["a", "b"].map((namespace) => ({ name: "public", namespace }));

/** Of one Gateway twice: each time another of its listeners. Of two namespaces they are two. */
const parents: readonly (readonly [string, CelSample])[] = [
  [
    `self.all(p1, self.all(p2, ${sameParent} ? ((!has(p1.sectionName) || p1.sectionName == '') == (!has(p2.sectionName) || p2.sectionName == '')) : true))`,
    { breaks: [inA, { ...inA, sectionName: "http" }], passes: [inA, { ...inB, sectionName: "http" }] },
  ],
  [
    `self.all(p1, self.exists_one(p2, ${sameParent} && (((!has(p1.sectionName) || p1.sectionName == '') && (!has(p2.sectionName) || p2.sectionName == '')) || (has(p1.sectionName) && has(p2.sectionName) && p1.sectionName == p2.sectionName))))`,
    { breaks: [inA, inA], passes: [inA, inB] },
  ],
];

const indices = [...Array.from({ length: 16 }).keys()];
const matches = indices.map((index) => `(self.size() > ${index} ? self[${index}].matches.size() : 0)`).join(" + ");
const rule = (count: number) => ({ matches: Array.from({ length: count }, () => ({})) });
const minute = (count: number) => `${count}m`;

export const gatewaySamples: Readonly<Record<string, CelSample>> = {
  ...Object.fromEntries([...ofTypes, ...once, ...replaced, ...protocols, ...paths, ...prefixes, ...parents]),
  [`${matches} <= 128`]: { breaks: [rule(64), rule(65)], passes: [rule(64), rule(64)] },
  "(has(self.backendRefs) && size(self.backendRefs) > 0) ? (!has(self.filters) || self.filters.all(f, !has(f.requestRedirect))): true":
    {
      breaks: { backendRefs: [{ name: "a" }], filters: [{ requestRedirect: {} }] },
      passes: { backendRefs: [{ name: "a" }], filters: [{ urlRewrite: {} }] },
    },
  "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true": {
    breaks: { group: "", kind: "Service", name: "a" },
    passes: { group: "", kind: "Service", name: "a", port: 80 },
  },
  "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))": {
    breaks: [{ type: "RequestRedirect" }, { type: "URLRewrite" }],
    passes: [{ type: "RequestRedirect" }],
  },
  "!('*' in self && self.size() > 1)": { breaks: ["*", "a"], passes: ["*"] },
  "!(has(self.percent) && has(self.fraction))": {
    breaks: { percent: 5, fraction: { numerator: 1 } },
    passes: { percent: 5 },
  },
  "self.numerator <= self.denominator": {
    breaks: { numerator: 2, denominator: 1 },
    passes: { numerator: 1, denominator: 2 },
  },
  "self.type in ['Exact','PathPrefix'] || self.type == 'RegularExpression'": {
    breaks: { type: "Glob", value: "/" },
    passes: { type: "RegularExpression", value: "/" },
  },
  "!has(self.cookieConfig) || !has(self.cookieConfig.lifetimeType) || self.cookieConfig.lifetimeType != 'Permanent' || has(self.absoluteTimeout)":
    {
      breaks: { cookieConfig: { lifetimeType: "Permanent" } },
      passes: { cookieConfig: { lifetimeType: "Permanent" }, absoluteTimeout: "1h" },
    },
  "!has(self.cookieConfig) || self.type == 'Cookie'": {
    breaks: { type: "Header", cookieConfig: {} },
    passes: { type: "Cookie", cookieConfig: {} },
  },
  "!(has(self.request) && has(self.backendRequest) && duration(self.request) != duration('0s') && duration(self.backendRequest) > duration(self.request))":
    {
      breaks: { request: minute(1), backendRequest: minute(2) },
      passes: { request: minute(2), backendRequest: minute(1) },
    },
};
