"""Drives the AWS CLI in one process, and checks raw answers against botocore's output shapes.

run:    stdin {"endpoint", "steps": [{"args": [...], "capture"?: {name: JMESPath}}]}; "{name}" in an argument is what an
        earlier step captured. stdout: [{"code", "stdout", "stderr"}], one a step.
check:  stdin [{"service", "operation", "body"}]; stdout: a list of what is wrong, empty where nothing is.
"""
import contextlib
import io
import json
import sys


def run(plan):
    import time
    import urllib.request

    import jmespath
    from awscli.clidriver import create_clidriver

    # To wait is to step the sandbox's time on.
    def step_on(seconds):
        body = json.dumps({"seconds": round(seconds, 3)}).encode()
        urllib.request.urlopen(plan["endpoint"] + "/_sandbox/advance", body).close()

    time.sleep = step_on
    driver = create_clidriver()
    captured = {}
    results = []
    for step in plan["steps"]:
        args = [argument for argument in step["args"]]
        for name, value in captured.items():
            args = [argument.replace("{%s}" % name, value) for argument in args]
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = driver.main([*args, "--output", "json", "--endpoint-url", plan["endpoint"]])
        results.append({"code": code, "stdout": out.getvalue(), "stderr": err.getvalue()})
        for name, path in step.get("capture", {}).items():
            captured[name] = str(jmespath.search(path, json.loads(out.getvalue())))
    return results


def check(answers):
    import botocore.session

    session = botocore.session.get_session()
    models = {}
    problems = []
    for answer in answers:
        service = answer["service"]
        model = models.setdefault(service, session.get_service_model(service))
        shape = model.operation_model(answer["operation"]).output_shape
        if shape is not None:
            walk(shape, json.loads(answer["body"]), answer["operation"], problems)
    return sorted(set(problems))


def walk(shape, value, path, problems):
    kind = shape.type_name
    expected = {"structure": dict, "map": dict, "list": list, "string": str, "boolean": bool, "integer": int, "long": int, "float": (int, float), "double": (int, float), "timestamp": (int, float)}[kind]
    if not isinstance(value, expected) or (isinstance(value, bool) and kind != "boolean"):
        problems.append("%s: %r is no %s" % (path, value, kind))
        return
    if kind == "structure":
        for name in shape.required_members:
            if name not in value:
                problems.append("%s.%s is missing" % (path, name))
        for name, member in value.items():
            if name not in shape.members:
                problems.append("%s.%s is not in the model" % (path, name))
            else:
                walk(shape.members[name], member, "%s.%s" % (path, name), problems)
    elif kind == "map":
        for name, member in value.items():
            walk(shape.value, member, "%s{}" % path, problems)
    elif kind == "list":
        for member in value:
            walk(shape.member, member, "%s[]" % path, problems)
    elif kind == "string" and getattr(shape, "enum", None) and value not in shape.enum:
        problems.append("%s: %s is not one of %s" % (path, value, shape.enum))


if __name__ == "__main__":
    work = {"run": run, "check": check}[sys.argv[1]]
    result = work(json.load(sys.stdin))
    json.dump(result, sys.stdout)
