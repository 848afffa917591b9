package gate

import rego.v1

default effect := "allow"

effect := "deny" if denied

effect := "stepUp" if {
	not denied
	some rule in data.routes[input.path].stepUp
	objects(rule)
}

denied if {
	some rule in data.routes[input.path].deny
	objects(rule)
}

objects(_) if input.status == "unknown"

objects(rule) if {
	input.status == "roaming"
	rule.side == "inside"
	rule.countries[input.country]
}

objects(rule) if {
	input.status == "roaming"
	rule.side == "outside"
	not rule.countries[input.country]
}
