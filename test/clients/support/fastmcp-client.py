"""Lists the tools, reads, and applies one draft, whose question is answered yes as a person would: after reading it."""
import asyncio, json, os
from fastmcp import Client
from fastmcp.client.elicitation import ElicitResult
from fastmcp.client.transports import StdioTransport


async def main():
    asked = []

    async def person(message, response_type, params, context):
        asked.append(params.model_dump(mode="json", by_alias=True))
        await asyncio.sleep(3)
        return ElicitResult(action="accept", content={"answer": "once"})

    transport = StdioTransport(command="runbook", args=["mcp", "AUTODOCK.md"], env=dict(os.environ))
    async with Client(transport, elicitation_handler=person) as client:
        tools = [tool.name for tool in await client.list_tools()]
        first = await client.call_tool("runbook_read", {})
        draft = {"title": "Touch", "run": "touch made", "verify": "file made exists"}
        applied = await client.call_tool("apply_step", {"draft": draft})
        print(json.dumps({
            "tools": tools,
            "read": json.loads(first.content[0].text),
            "applied": json.loads(applied.content[0].text),
            "asked": asked,
        }))


asyncio.run(main())
